/**
 * Migrations: their connection to the direct endpoint, without a pool, one at a time; the {@code db} commands; migration at the start; and
 * the detection of pending changesets. The changesets belong to the service.
 */
package com.ketomealplan.neon.migration;

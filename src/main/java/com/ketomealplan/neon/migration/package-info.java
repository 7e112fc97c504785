/**
 * Where migrations get their connection: past the pools, to the direct endpoint, one migrator at a time; the commands; and whether some are
 * pending.
 * What they do is Liquibase's and the service's business.
 */
package com.ketomealplan.neon.migration;

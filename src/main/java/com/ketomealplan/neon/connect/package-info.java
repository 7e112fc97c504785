/**
 * Opening one physical connection, within a time. Nothing here keeps, counts or hands on a connection: that is
 * {@link com.ketomealplan.neon.pool}.
 */
package com.ketomealplan.neon.connect;

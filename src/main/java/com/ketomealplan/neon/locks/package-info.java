/**
 * Lock waits: the query for the sessions that wait for locks and for those that block them, and its result, which contains no values. It
 * uses JDBC, on an open connection that the caller passes.
 */
package com.ketomealplan.neon.locks;

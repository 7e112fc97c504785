/**
 * Opens physical connections: one attempt within the budgets of its phases, and all of them through one gate that limits attempts, retries
 * and detects outages. The pool is {@link com.ketomealplan.neon.pool}.
 *
 * <p>To read first: {@code WakeGate.request}, and {@code PgConnector.open} for one attempt.
 */
package com.ketomealplan.neon.connect;

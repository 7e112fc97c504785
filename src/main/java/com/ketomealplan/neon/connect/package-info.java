/**
 * Opens physical connections: one attempt within the budgets of its phases, and all of them through one gate that limits attempts, retries
 * and detects outages. The pool is {@link com.ketomealplan.neon.pool}.
 */
package com.ketomealplan.neon.connect;

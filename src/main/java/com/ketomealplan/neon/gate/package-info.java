/**
 * Opens the connections of a pool and of its health probe: limits concurrent attempts, retries after a failure, and detects outages, so
 * that callers fail fast. One attempt is in {@link com.ketomealplan.neon.connect}, the pool in {@link com.ketomealplan.neon.pool}.
 *
 * <p>To read first: {@code WakeGate.request}, and {@code OutageDetector}.
 */
package com.ketomealplan.neon.gate;

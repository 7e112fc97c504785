/**
 * Opens all physical connections of a service: limits concurrent attempts, retries after a failure, and detects outages, so that callers
 * are told at once. One attempt is in {@link com.ketomealplan.neon.connect}, the pool in {@link com.ketomealplan.neon.pool}.
 *
 * <p>To read first: {@code WakeGate.request}, and {@code OutageDetector}.
 */
package com.ketomealplan.neon.gate;

/**
 * Metrics, spans, slow statements, and the ledger of what keeps the compute awake. Listens to the other packages, which do not
 * depend on it, and sends nothing to the database.
 *
 * <p>To read first: {@code DatabaseMetrics} and {@code DatabaseTracing}, which are {@code Observer}s.
 */
package com.ketomealplan.neon.observe;

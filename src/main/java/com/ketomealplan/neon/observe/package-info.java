/**
 * Metrics, spans, slow statements, the comments in statements, and the ledger of what keeps the compute awake. Listens to the packages
 * that work with the database, which do not depend on it; only the root package, {@code admin} and {@code web} do. Sends nothing to the
 * database.
 *
 * <p>To read first: {@code DatabaseMetrics} and {@code DatabaseTracing}, which are {@code Observer}s.
 */
package com.ketomealplan.neon.observe;

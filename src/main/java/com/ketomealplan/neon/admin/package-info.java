/**
 * What the layer adds to the admin port: the operator's page, its stream of events, its data as JSON, and the metrics for Prometheus
 * ({@code MetricsPage}); and the names of the units of work of tasks ({@code TaskPurpose}). Data is read from the memory of the other
 * packages, with one exception: while a statement runs for long, {@code Overview} has the pool ask the server who blocks it.
 *
 * <p>To read first: {@code OperatorConsole}.
 */
package com.ketomealplan.neon.admin;

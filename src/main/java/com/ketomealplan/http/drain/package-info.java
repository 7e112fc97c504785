/**
 * The probes of orchestrators, and the drain between SIGTERM and the server's stop. Each part of the process reports by
 * {@link com.ketomealplan.http.drain.Readiness} whether it is ready.
 */
package com.ketomealplan.http.drain;

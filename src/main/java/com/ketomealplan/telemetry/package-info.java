/**
 * Where what the other packages observe leaves the process: the registry and the page for Prometheus, and the OpenTelemetry
 * SDK that exports spans. Nothing in here knows what is observed.
 */
package com.ketomealplan.telemetry;

/**
 * Exports telemetry: the registry and the page for Prometheus, and the OpenTelemetry SDK for spans. Does not depend on the packages
 * that are observed.
 */
package com.ketomealplan.telemetry;

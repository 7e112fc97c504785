/**
 * The parts that all requests and responses have in common: request ids, limits, headers, errors as RFC 9457 problems,
 * the probes of orchestrators, and the drain. It does not depend on resources or the database; of the layer
 * it has the form of its answers, {@link com.ketomealplan.neon.web.Problem}.
 */
package com.ketomealplan.http;

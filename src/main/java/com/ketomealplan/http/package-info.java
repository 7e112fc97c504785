/**
 * What all requests and answers of the service have in common: a request id, bounds, headers, errors as RFC 9457 problems,
 * the probes of orchestrators, and the end of the process. It knows nothing of users nor of the database; of the layer
 * it has the form of its answers, {@link com.ketomealplan.neon.web.Problem}.
 */
package com.ketomealplan.http;

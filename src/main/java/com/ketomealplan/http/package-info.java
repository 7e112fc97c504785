/**
 * The parts that all requests and responses have in common: request ids, headers, errors as RFC 9457 problems, metrics and
 * traces. {@link com.ketomealplan.http.HttpBundle} installs them together with those of the packages below this one, which do not depend
 * on it. It does not depend on resources or the database; of the layer it has the form of its answers,
 * {@link com.ketomealplan.neon.web.Problem}, and the names of the log's context.
 */
package com.ketomealplan.http;

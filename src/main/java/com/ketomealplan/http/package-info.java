/**
 * What all requests and answers of the service have in common: a request id, bounds, headers, errors as RFC 9457 problems,
 * the probes of orchestrators, and the end of the process. It knows nothing of users nor of the database, and imports
 * nothing else of this project.
 */
package com.ketomealplan.http;

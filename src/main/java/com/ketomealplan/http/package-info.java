/**
 * What all answers of the service have in common: a request id, and errors as RFC 9457 problems. It knows nothing of users
 * nor of the database, and imports nothing else of this project.
 */
package com.ketomealplan.http;

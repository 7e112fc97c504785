/**
 * Parses a libpq connection URL into a validated {@link com.ketomealplan.neon.url.Endpoint}. Opens no
 * socket and resolves no name. Nothing here may print a password, or any part of a URL that could be one.
 */
package com.ketomealplan.neon.url;

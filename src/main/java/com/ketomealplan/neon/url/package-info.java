/**
 * A libpq connection URL in, a checked {@link com.ketomealplan.neon.url.Endpoint} out. Knows text only: it opens no
 * socket and resolves no name. Nothing here may print a password, or any part of a URL that could be one.
 */
package com.ketomealplan.neon.url;

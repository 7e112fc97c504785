/**
 * The credentials of log-ins and their sources: the URL, or files that may change while the service runs. Opens no
 * socket. Nothing here may print a password, or the path of a file, which may be a secret in the wrong place.
 */
package com.ketomealplan.neon.credentials;

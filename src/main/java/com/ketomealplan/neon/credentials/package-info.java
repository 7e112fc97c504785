/**
 * What a log-in presents, and where that comes from: the URL, or files that may be written anew while the service runs. It opens no
 * socket. Nothing here may print a password, or the path of a file, which may be a secret in the wrong place.
 */
package com.ketomealplan.neon.credentials;

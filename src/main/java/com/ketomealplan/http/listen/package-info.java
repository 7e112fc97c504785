/**
 * Checks the ports and the key stores of the server before anything else is started. A mistake is one line with its remedy, and no stack
 * trace of Jetty's.
 */
package com.ketomealplan.http.listen;

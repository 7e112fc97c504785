/**
 * What an operator sees at the admin port: the page, the stream of events that it lives on, and the same facts as JSON. All of it
 * is read from what the other packages know already; nothing here asks the database.
 */
package com.ketomealplan.neon.admin;

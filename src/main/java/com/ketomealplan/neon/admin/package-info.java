/**
 * The operator's page at the admin port, its stream of events, and its data as JSON. All data is read from the memory of the other
 * packages; nothing here queries the database.
 */
package com.ketomealplan.neon.admin;

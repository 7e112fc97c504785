/**
 * What went wrong with the database, decided once. Whoever needs to know asks {@link com.ketomealplan.neon.failure.Failure};
 * nobody else looks at an SQLSTATE or at the text of a server.
 */
package com.ketomealplan.neon.failure;

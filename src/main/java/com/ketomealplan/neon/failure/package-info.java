/**
 * Classifies the failures of the database, in one place: {@link com.ketomealplan.neon.failure.Failure}. No other package reads SQLSTATEs
 * or messages of servers.
 */
package com.ketomealplan.neon.failure;

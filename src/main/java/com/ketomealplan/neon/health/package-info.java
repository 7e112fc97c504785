/**
 * The state of the database, derived from the traffic, and probes of it on request, in bounded time. Holds no connections except a
 * probe's.
 *
 * <p>To read first: {@code DatabaseState.derive} and {@code DatabaseProbe}.
 */
package com.ketomealplan.neon.health;

/**
 * The service as its users and operators meet it, one class or a few for each promise: Sleep-safe, Wake-proof, Never lost,
 * never doubled, Bounded, Honest, Secure by default, Cheap, Serves. A real PostgreSQL, PgBouncer, TLS and a proxy that knows
 * the protocol; no mock of anything. Run by Failsafe ({@code mvn -B verify}); with {@code -Pcampaign} the same, hundreds of
 * times.
 */
package com.ketomealplan.scenario;

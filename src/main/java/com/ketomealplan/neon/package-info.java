/**
 * The connection layer between units of work and PostgreSQL on Neon. A service installs it with
 * {@link com.ketomealplan.neon.NeonBundle} and configures it with {@link com.ketomealplan.neon.NeonDataSourceFactory}. It
 * depends on no other package of the service; only {@code web} and {@code admin} depend on JAX-RS, servlets and Jetty.
 */
package com.ketomealplan.neon;

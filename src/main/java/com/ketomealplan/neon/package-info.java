/**
 * The connection layer: everything between a unit of work and a packet to PostgreSQL on Neon. A service installs it by
 * {@link com.ketomealplan.neon.NeonBundle} and configures it by {@link com.ketomealplan.neon.NeonDataSourceFactory}. It
 * imports nothing of ours outside itself; of its parts only {@code web} and {@code admin} know JAX-RS, servlets and Jetty.
 */
package com.ketomealplan.neon;

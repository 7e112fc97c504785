/**
 * The connection layer: everything between a unit of work and a packet to PostgreSQL on Neon. A service installs it by
 * {@link com.ketomealplan.neon.NeonBundle} and configures it by {@link com.ketomealplan.neon.NeonDataSourceFactory}. It
 * knows nothing of the service's tables, resources and configuration.
 */
package com.ketomealplan.neon;

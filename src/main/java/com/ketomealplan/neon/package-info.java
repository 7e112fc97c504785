/**
 * The connection layer between a Dropwizard service and PostgreSQL, on Neon or elsewhere. A service installs it with
 * {@link com.ketomealplan.neon.NeonBundle} and configures it with {@link com.ketomealplan.neon.NeonDataSourceFactory}. This package puts
 * the others together. They depend on no package of the service; only {@code web} and {@code admin} depend on JAX-RS, servlets and Jetty.
 *
 * <p>To read first: {@code NeonBundle.run}.
 */
package com.ketomealplan.neon;

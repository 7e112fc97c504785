/**
 * The embedded PostgreSQL of development, which is started if no URL is set. Not used by a service that tells the layer that it is in
 * production ({@code NeonDataSourceFactory.in}), nor by one that leaves it out ({@code NeonBundle.withoutEmbeddedDatabase}).
 */
package com.ketomealplan.neon.embedded;

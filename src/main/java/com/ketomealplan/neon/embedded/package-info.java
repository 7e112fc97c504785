/** The embedded PostgreSQL of development, which is started if no URL is set. Never used in production. */
package com.ketomealplan.neon.embedded;

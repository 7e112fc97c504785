/** The PostgreSQL that starts by itself in development when no URL is given. Production code never reaches it. */
package com.ketomealplan.neon.embedded;

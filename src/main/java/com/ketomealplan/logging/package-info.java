/** The layouts of the logs: for people in development, for machines in production. {@code config.yml} names their types. */
package com.ketomealplan.logging;

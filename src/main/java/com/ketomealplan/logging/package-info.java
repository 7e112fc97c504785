/** How log lines look: for people in development, for machines in production. Named in {@code config.yml} by their types. */
package com.ketomealplan.logging;

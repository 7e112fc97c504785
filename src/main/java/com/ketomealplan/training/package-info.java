/**
 * What makes a start short: {@code train} has a service learn from a few thousand requests, and leaves beside the jar what its JVM has
 * loaded and found out; the launcher starts the next ones from that; and the log says whether they did.
 */
package com.ketomealplan.training;

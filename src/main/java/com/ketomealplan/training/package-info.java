/**
 * Faster starts: the command {@code train} runs the service for a few thousand requests, and keeps the cache of its JVM beside the jar. The
 * launcher uses the cache for the next starts, and the log says whether it was used.
 */
package com.ketomealplan.training;

/**
 * Reads the configuration file: substitutes values of the environment, and reports all mistakes at once, without secrets. Does not
 * depend on the settings of this service.
 */
package com.ketomealplan.config;

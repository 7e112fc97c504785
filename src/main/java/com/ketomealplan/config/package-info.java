/**
 * Reading the configuration file: the environment's values in it, and every mistake in one report without a secret. It
 * knows no setting of this service.
 */
package com.ketomealplan.config;

/**
 * What JAX-RS meets of the layer: {@code @Transaction} and {@code Idempotency-Key} on resource methods, and answers that are
 * written before their unit of work is committed. Knows the units of work and the keys; neither knows this.
 */
package com.ketomealplan.neon.web;

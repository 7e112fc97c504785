/**
 * What JAX-RS meets of the layer: {@code @Transaction} and {@code Idempotency-Key} on resource methods, answers that are written
 * before their unit of work is committed, and failures as answers ({@link com.ketomealplan.neon.web.Problem}). Knows the rest of the
 * layer, which does not know this; beside {@code admin} nothing else of the layer knows HTTP.
 */
package com.ketomealplan.neon.web;

/**
 * The JAX-RS part of the layer: {@code @Transaction} and {@code Idempotency-Key} on resource methods, responses that are written
 * before their unit of work is committed, and failures as problem responses ({@link com.ketomealplan.neon.web.Problem}). Of the layer,
 * only the root package depends on it.
 *
 * <p>To read first: {@code ResourceInvocation}, and {@code DatabaseFailureMapper} for failures.
 */
package com.ketomealplan.neon.web;

/**
 * {@code Idempotency-Key} (draft-ietf-httpapi-idempotency-key-header): a request that is repeated with its key acts once.
 * The response is stored in the request's own transaction, in the table {@code idempotency_keys}. Does not depend on JAX-RS.
 */
package com.ketomealplan.neon.idempotency;

/**
 * {@code Idempotency-Key} (draft-ietf-httpapi-idempotency-key-header): a request that is repeated with its key acts once. What
 * was answered is stored in the transaction of what was done, in the table {@code idempotency_keys}. Nothing of JAX-RS.
 */
package com.ketomealplan.neon.idempotency;

/**
 * The unit of work: what is committed or rolled back together, on one connection, before the answer of the request is
 * written. What did not happen may be run again, and a COMMIT without an answer is looked up. It speaks to JDBI by its
 * extension points. Its only SQL is about what became of transactions.
 */
package com.ketomealplan.neon.transaction;

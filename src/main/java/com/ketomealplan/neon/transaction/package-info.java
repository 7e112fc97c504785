/**
 * The unit of work: what is committed or rolled back together, on one connection, before the answer of the request is
 * written. It speaks to JDBI and to Jersey by their extension points. Its only SQL is about what became of transactions.
 */
package com.ketomealplan.neon.transaction;

/**
 * The unit of work: what is committed or rolled back together, on one connection, before the response is sent. Units that were rolled back
 * may be run again, and the outcome of a COMMIT without an answer is looked up. Uses the extension points of JDBI.
 *
 * <p>To read first: {@code UnitOfWork.call}.
 */
package com.ketomealplan.neon.transaction;

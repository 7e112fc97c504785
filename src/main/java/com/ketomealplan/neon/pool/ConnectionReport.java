package com.ketomealplan.neon.pool;

import com.ketomealplan.neon.handle.TransactionIdentity;
import com.ketomealplan.neon.lease.Lease;
import java.time.Duration;
import java.util.Optional;

/**
 * An open connection and its borrower.
 *
 * @param number the ordinal of the connection in its pool
 * @param age the time since it was opened
 * @param generation incremented whenever connections are lost
 * @param use empty while it is idle
 */
public record ConnectionReport(long number, Duration age, int generation, Optional<Use> use) {

    /**
     * The use of a borrowed connection.
     *
     * @param purpose the unit of work
     * @param request the id of the request
     * @param held the time since it was borrowed
     * @param statement the name of its last statement
     * @param transaction the server's id of its last transaction
     */
    public record Use(
            Optional<String> purpose,
            Optional<String> request,
            Duration held,
            Optional<String> statement,
            Optional<String> transaction) {

        public static Use of(Lease lease) {
            return new Use(
                    lease.purpose(),
                    lease.request(),
                    lease.held(),
                    lease.statement(),
                    lease.identity().map(TransactionIdentity::id));
        }
    }
}

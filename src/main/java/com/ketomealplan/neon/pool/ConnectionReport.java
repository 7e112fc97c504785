package com.ketomealplan.neon.pool;

import com.ketomealplan.neon.lease.Lease;
import com.ketomealplan.neon.lease.TransactionIdentity;
import java.time.Duration;
import java.util.Optional;

/**
 * An open connection, and who has it.
 *
 * @param number counts the connections of the pool
 * @param age since it was opened
 * @param generation grows whenever the server has ended its connections
 * @param use empty while it is idle
 */
public record ConnectionReport(long number, Duration age, int generation, Optional<Use> use) {

    /**
     * What a connection is borrowed for.
     *
     * @param purpose the unit of work
     * @param request the id of the request
     * @param held since it was borrowed
     * @param statement the name of its last statement
     * @param transaction the id that the server has given to its last transaction
     */
    public record Use(
            Optional<String> purpose,
            Optional<String> request,
            Duration held,
            Optional<String> statement,
            Optional<String> transaction) {

        static Use of(Lease lease) {
            return new Use(
                    lease.purpose(),
                    lease.request(),
                    lease.time(),
                    lease.statement(),
                    lease.identity().map(TransactionIdentity::id));
        }
    }
}

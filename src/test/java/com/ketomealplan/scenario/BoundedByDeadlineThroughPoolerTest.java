package com.ketomealplan.scenario;

import com.ketomealplan.testing.Needs;
import com.ketomealplan.testing.NeonProxy;
import com.ketomealplan.testing.PgBouncer;
import com.ketomealplan.testing.Program;
import com.ketomealplan.testing.TestDatabase;
import org.junit.jupiter.api.AfterAll;

/** {@link BoundedByDeadlineContract}, with a pooler that has the request to cancel go to the right server connection. */
@Needs(Program.PGBOUNCER)
class BoundedByDeadlineThroughPoolerTest extends BoundedByDeadlineContract {

    private PgBouncer pooler;

    @Override
    NeonProxy proxy(TestDatabase target) throws Exception {
        pooler = PgBouncer.before(target, 10);
        return NeonProxy.before(pooler);
    }

    @Override
    boolean isThroughPooler() {
        return true;
    }

    @AfterAll
    void stopPooler() {
        pooler.close();
    }
}

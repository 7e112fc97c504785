package com.ketomealplan.scenario;

import com.ketomealplan.testing.NeonProxy;
import com.ketomealplan.testing.TestDatabase;

/** {@link BoundedByDeadlineContract}, with nothing between the proxy and the database. */
class BoundedByDeadlineTest extends BoundedByDeadlineContract {

    @Override
    NeonProxy proxy(TestDatabase target) throws Exception {
        return NeonProxy.before(target);
    }

    @Override
    boolean isThroughPooler() {
        return false;
    }
}

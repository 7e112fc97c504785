package com.ketomealplan.neon;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class NeonDataSourceFactoryTest {

    @Test
    void whatNeedsASessionIsRefusedBehindAPoolerWhoseServerIsNotKnown() throws Exception {
        NeonDataSourceFactory factory = NeonDataSourceFactory.at("postgresql://u:p@127.0.0.1:1/db", true);

        try (Database opened = factory.open()) {
            assertThatThrownBy(opened.directConnector()::open).hasMessageContaining("the URL of the server behind it");
        }
    }
}

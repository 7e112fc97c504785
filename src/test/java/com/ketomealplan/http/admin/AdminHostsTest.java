package com.ketomealplan.http.admin;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What is a name of this machine, and what only looks like one. */
class AdminHostsTest {

    private final AdminHosts hosts = new AdminHosts(List.of("Admin.example.com", "[FD00:0::1]", "10.0.0.7"));

    @ParameterizedTest
    @ValueSource(
            strings = {
                "localhost",
                "LocalHost:8081",
                "localhost.",
                "localhost.:8081",
                "127.0.0.1",
                "127.0.0.1:8081",
                "127.255.3.99",
                "[::1]",
                "[::1]:8081",
                "[0:0:0:0:0:0:0:1]:1",
                "[::ffff:127.0.0.1]:8081",
                "[::FFFF:7f00:1]",
                "admin.example.com",
                "ADMIN.EXAMPLE.COM.:443",
                "[fd00::1]:8081",
                "10.0.0.7:80"
            })
    void include(String authority) {
        assertThat(hosts.include(authority)).isTrue();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                " ",
                "evil.com",
                "evil.com:8081",
                "localhost.evil.com",
                "127.0.0.1.evil.com",
                "127.evil.com",
                "127.0.0.256",
                "127.0.0",
                "127.1",
                "2130706433",
                "0x7f000001",
                "0.0.0.0:8081",
                "[::]:8081",
                "::1",
                "[::1",
                "[::1]evil.com",
                "[::1].evil.com",
                "[fe80::1%25eth0]",
                "[evil.com]",
                "localhost@evil.com",
                "evil.com@localhost",
                "localhost:80@evil.com",
                "localhost:80:80",
                "localhost:port",
                "localhost/evil.com",
                "localhost, evil.com",
                "evil.com,localhost",
                "localhost..",
                "xlocalhost",
                "admin.example.com.evil.com",
                "evil-admin.example.com",
                "10.0.0.70",
                "[fd00::2]",
                "[::1%lo]"
            })
    void doNotInclude(String authority) {
        assertThat(hosts.include(authority)).isFalse();
    }

    @ParameterizedTest
    @ValueSource(strings = {"*", "*.example.com", "http://a", "a:80", "a/b", "a b", "[::1]:80", "", "a@b", ":", "[a]"})
    void areNamesAlone(String text) {
        assertThat(AdminHosts.isHost(text)).isFalse();
    }
}

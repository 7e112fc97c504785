package com.ketomealplan.http.admin;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.Map;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Limits the wrong tokens of an address to ten in a minute. Then all tokens are rejected until the minute is over, also the right one,
 * so that it cannot be guessed. IPv6 addresses count by network. Thread-safe.
 */
final class FailedAttempts {

    private static final Logger LOG = LoggerFactory.getLogger(FailedAttempts.class);

    static final int MOST = 10;
    static final int MOST_ADDRESSES = 1_000;
    private static final long WINDOW_NANOS = Duration.ofMinutes(1).toNanos();

    /** The bytes of the network of an IPv6 address. */
    private static final int NETWORK = 8;

    /** The shared window of addresses beyond the limit. */
    private static final String OTHERS = "others";

    private final LongSupplier nanoTime;
    private final Map<String, Window> windows = new HashMap<>();
    private long loggedNanos;

    /** A window of a minute from the first wrong token. */
    private static final class Window {
        private final long begunNanos;
        private int failed;

        Window(long begunNanos) {
            this.begunNanos = begunNanos;
        }

        Duration rest(long now) {
            return Duration.ofNanos(Math.max(0, WINDOW_NANOS - (now - begunNanos)));
        }

        boolean isOver(long now) {
            return rest(now).isZero();
        }
    }

    FailedAttempts(LongSupplier nanoTime) {
        this.nanoTime = nanoTime;
        this.loggedNanos = nanoTime.getAsLong() - WINDOW_NANOS;
    }

    /**
     * Records an attempt, and returns how long its address must wait; zero if the token is to be checked. Synchronized, so that concurrent
     * attempts do not exceed the limit.
     */
    synchronized Duration waitOf(String address, boolean right) {
        long now = nanoTime.getAsLong();
        String key = keyOf(network(address), now);
        Window window = windows.get(key);
        if (window != null && window.failed >= MOST) {
            return window.rest(now);
        }
        if (!right) {
            Window counting = windows.computeIfAbsent(key, any -> new Window(now));
            counting.failed++;
            if (counting.failed == MOST) {
                log(address, now);
            }
        }
        return Duration.ZERO;
    }

    /** Returns the key of the window: the address, or the shared one beyond the limit. */
    private String keyOf(String network, long now) {
        windows.computeIfPresent(network, (any, window) -> window.isOver(now) ? null : window);
        if (windows.containsKey(network)) {
            return network;
        }
        if (windows.size() >= MOST_ADDRESSES) {
            windows.values().removeIf(window -> window.isOver(now));
        }
        return windows.size() >= MOST_ADDRESSES ? OTHERS : network;
    }

    /** Logs at most once a minute. */
    private void log(String address, long now) {
        if (now - loggedNanos >= WINDOW_NANOS) {
            loggedNanos = now;
            LOG.warn("{} wrong admin tokens from {}: its tokens are rejected for a minute", MOST, address);
        }
    }

    private static String network(String address) {
        if (!address.contains(":")) {
            return address;
        }
        try {
            String bare = address.replaceFirst("%.*", "").replaceFirst("^\\[(.*)]$", "$1");
            byte[] bytes = InetAddress.getByName(bare).getAddress();
            return HexFormat.of().formatHex(Arrays.copyOf(bytes, Math.min(bytes.length, NETWORK)));
        } catch (UnknownHostException e) {
            return address;
        }
    }

    synchronized int size() {
        return windows.size();
    }
}

package com.ketomealplan.http;

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
 * How many wrong tokens an address may present: ten in a minute. Then nothing that it presents is looked at until the minute
 * is over, the right one neither, or else it could be found all the same. Of IPv6 the network counts, of which one client
 * has all addresses. Thread-safe.
 */
final class FailedAttempts {

    private static final Logger LOG = LoggerFactory.getLogger(FailedAttempts.class);

    static final int MOST = 10;
    static final int MOST_ADDRESSES = 1_000;
    private static final long WINDOW_NANOS = Duration.ofMinutes(1).toNanos();

    /** In bytes, of an IPv6 address. */
    private static final int NETWORK = 8;

    /** What those share who come when there is no room left. */
    private static final String OTHERS = "others";

    private final LongSupplier nanoTime;
    private final Map<String, Window> windows = new HashMap<>();
    private long loggedNanos;

    /** A minute, from its first wrong token on. */
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
     * Notes an attempt, and returns how long its address has to wait; zero if it is to be taken for what it is. Attempts at
     * the same time are noted one after the other, so that none of them is looked at beyond the ten.
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

    /** An address that is known has its own window, and a new one too while there is room. */
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

    /** Once a minute, however many addresses there are. */
    private void log(String address, long now) {
        if (now - loggedNanos >= WINDOW_NANOS) {
            loggedNanos = now;
            LOG.warn("{} wrong admin tokens from {}: nothing more is taken from it for a minute", MOST, address);
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

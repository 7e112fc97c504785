package com.ketomealplan.neon.lease;

/** Sends something that a {@link Prologue} cannot travel with. */
@FunctionalInterface
interface Sending<T, X extends Throwable> {
    T send() throws X;
}

package com.ketomealplan.neon.handle;

/** Executes a statement to which a {@link Prologue} cannot be prepended. */
@FunctionalInterface
interface Execution<T, X extends Throwable> {
    T send() throws X;
}

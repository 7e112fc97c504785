package com.ketomealplan.neon.lease;

/** The pool's side of a lease. */
public interface LeaseOwner {

    /**
     * Takes the connection back. Called by the thread that returned it, or on one of its own if its borrower has abandoned it. Only the first
     * call for a lease has an effect: there may be another one where an {@link Error} may have ended it. Must not throw.
     */
    void release(Lease lease);

    /** The borrower has leaked the connection; {@link #release} follows, unless it was called when the borrower abandoned it. */
    void onLeak();

    /**
     * A statement is about to be cancelled: the last moment to find out what it waits for. Called on a thread that may block, for
     * {@link CancelTimeout} at most. Must not throw.
     */
    void onCancel();
}

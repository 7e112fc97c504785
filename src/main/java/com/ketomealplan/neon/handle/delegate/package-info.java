/**
 * The methods of {@code java.sql} that a handle does not change: each calls the driver's object. What a handle does differently is in
 * {@link com.ketomealplan.neon.handle}.
 */
package com.ketomealplan.neon.handle.delegate;

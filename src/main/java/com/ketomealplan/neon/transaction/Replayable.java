package com.ketomealplan.neon.transaction;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * Marks a writing unit of work that may be run again from its start after a rollback: it does nothing but database work, and does not
 * change its arguments. A read-only unit needs no mark.
 */
@Documented
@Target({ElementType.METHOD, ElementType.TYPE})
@Retention(RetentionPolicy.RUNTIME)
public @interface Replayable {}

package com.ketomealplan.neon.transaction;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * Says of a writing unit of work that its code may run again from its beginning, after the server has rolled back what it
 * did: it does nothing but database work, and leaves its arguments as they are. A unit that only reads needs no such word.
 */
@Documented
@Target({ElementType.METHOD, ElementType.TYPE})
@Retention(RetentionPolicy.RUNTIME)
public @interface Replayable {}

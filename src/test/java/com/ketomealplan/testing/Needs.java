package com.ketomealplan.testing;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * A test that needs programs which may not be installed. Without them it is left out, and the last lines of the build say
 * so ({@link LeftOut}); in CI it fails.
 */
@Target({ElementType.TYPE, ElementType.METHOD})
@Retention(RetentionPolicy.RUNTIME)
@ExtendWith(LeftOut.class)
public @interface Needs {
    Program[] value();
}

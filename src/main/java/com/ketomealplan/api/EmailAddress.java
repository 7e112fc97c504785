package com.ketomealplan.api;

import io.swagger.v3.oas.annotations.media.Schema;
import jakarta.validation.Constraint;
import jakarta.validation.Payload;
import jakarta.validation.ReportAsSingleViolation;
import jakarta.validation.constraints.Email;
import jakarta.validation.constraints.Pattern;
import jakarta.validation.constraints.Size;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * An e-mail address that mail can be sent to: 254 characters at most (RFC 5321), with a domain that has a dot and is a name.
 * See also {@link HonestTextValidator}.
 */
@Schema(
        description =
                "An address that mail can be sent to. Letters of either case are the same; none that does not show, or has a plainer"
                        + " form in Unicode.",
        example = "ada@example.com")
@Email @Size(min = 3, max = 254) @Pattern(regexp = "[^@]+@[^@\\[]+\\.[^@]+") @ReportAsSingleViolation
@Constraint(validatedBy = HonestTextValidator.class)
@Target({ElementType.FIELD, ElementType.PARAMETER, ElementType.METHOD, ElementType.RECORD_COMPONENT})
@Retention(RetentionPolicy.RUNTIME)
public @interface EmailAddress {
    String message() default "must be an e-mail address";

    Class<?>[] groups() default {};

    Class<? extends Payload>[] payload() default {};
}

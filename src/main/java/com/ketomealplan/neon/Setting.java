package com.ketomealplan.neon;

import com.fasterxml.jackson.annotation.JacksonAnnotationsInside;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonSetter;
import com.fasterxml.jackson.annotation.Nulls;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * Marks a field that the configuration sets by its name. Left out or null, it keeps its initial value; nulls inside a list or a map are
 * removed.
 */
@JacksonAnnotationsInside
@JsonProperty
@JsonSetter(nulls = Nulls.SKIP, contentNulls = Nulls.SKIP)
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.FIELD)
public @interface Setting {}

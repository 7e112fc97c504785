/**
 * Writes {@code openapi.json} while the project is built, from the resources, the records and the kinds of failures. It is not
 * in the jar. The rest is in {@code src/main/openapi/base.yml}.
 */
package com.ketomealplan.openapi;

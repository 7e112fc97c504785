/** The request and response bodies: validated records, in snake-case JSON. */
package com.ketomealplan.api;

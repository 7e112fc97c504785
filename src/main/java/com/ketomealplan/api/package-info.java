/** What travels over HTTP: records, validated, in snake-case JSON. */
package com.ketomealplan.api;

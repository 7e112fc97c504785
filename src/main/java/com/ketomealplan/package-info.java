/** The service: its application class, which lists what it is made of, and its configuration. */
package com.ketomealplan;

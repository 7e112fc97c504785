/**
 * Who blocks whom in the server: the one question about locks, and its answer without values of anybody. It knows JDBC, and
 * nothing of connections' lives: the caller passes an open one.
 */
package com.ketomealplan.neon.locks;

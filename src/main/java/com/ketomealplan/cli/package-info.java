/**
 * The command line: one line about what is wrong with it, and the exit code. It knows no command and no setting of this service.
 */
package com.ketomealplan.cli;

/**
 * The command line: errors in one line, and exit codes. Does not depend on the commands or settings of this service.
 */
package com.ketomealplan.cli;

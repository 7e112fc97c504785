/** What several tests need: real PostgreSQL databases, and the packaged service as a process. */
package com.ketomealplan.testing;

/** JAX-RS resources: HTTP in, calls of {@link com.ketomealplan.db} inside a unit of work, HTTP out. No SQL. */
package com.ketomealplan.resources;

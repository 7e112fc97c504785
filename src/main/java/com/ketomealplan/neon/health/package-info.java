/** Whether the database answers, found out in bounded time whatever the database and the pool do. */
package com.ketomealplan.neon.health;

/**
 * How the database is: learned from the traffic, known without asking, and asked only by who wants it asked, in bounded time.
 * Opens and holds no connections but a question's.
 */
package com.ketomealplan.neon.health;

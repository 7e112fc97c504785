/** JDBI SQL objects: the only SQL about users and quiz responses. */
package com.ketomealplan.db;

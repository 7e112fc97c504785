/**
 * Where migrations get their connection: past the pools, to the direct endpoint, one migrator at a time; the commands; what a start does
 * about pending changesets; and whether there are some. What migrations do is Liquibase's and the service's business.
 */
package com.ketomealplan.neon.migration;

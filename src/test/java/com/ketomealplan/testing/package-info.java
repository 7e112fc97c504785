/** The tools of the tests: databases, poolers, proxies, browsers, clients, Maven, and how often a scenario is repeated. */
package com.ketomealplan.testing;

/**
 * Protects the admin pages: by a token, or by the host names of this machine. Requests of pages of another origin are refused, and the
 * wrong tokens of an address are limited.
 */
package com.ketomealplan.http.admin;

/**
 * Limits what a client may send and how long that may take: {@link com.ketomealplan.http.body.RequestLimits}. Bodies are collected before a
 * thread is used for their requests, in bounded memory.
 */
package com.ketomealplan.http.body;

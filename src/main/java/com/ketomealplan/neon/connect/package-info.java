/**
 * Opening physical connections: one at a time within its phases' budgets, and all of them through one gate that knows whether
 * another attempt makes sense. Nothing here keeps a connection or hands one on: that is {@link com.ketomealplan.neon.pool}.
 */
package com.ketomealplan.neon.connect;

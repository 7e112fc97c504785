/**
 * What can be seen of the layer from outside: metrics, spans, slow statements, the ledger of what keeps the compute awake. It listens to the other packages, which know nothing
 * of it, and never sends anything to the database.
 */
package com.ketomealplan.neon.observe;

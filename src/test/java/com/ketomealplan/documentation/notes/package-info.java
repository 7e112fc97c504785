/** The example of the page add-a-resource, which has its code from here. */
package com.ketomealplan.documentation.notes;

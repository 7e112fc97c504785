/** Serves the API's document and its pages: {@code /openapi.json}, {@code /docs}, {@code /redoc}. */
package com.ketomealplan.docs;

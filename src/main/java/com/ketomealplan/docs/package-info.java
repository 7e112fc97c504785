/** Shows the API's document and its pages: {@code /openapi.json}, {@code /docs}, {@code /redoc}. Knows nothing of what is in it. */
package com.ketomealplan.docs;

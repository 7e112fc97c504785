/** That what the README and the pages in {@code src/site/markdown} say is so: names, links, snippets, drawings. */
package com.ketomealplan.documentation;

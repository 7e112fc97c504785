package com.ketomealplan.db;

import com.ketomealplan.api.QuizResponse;

/**
 * A quiz response of a page.
 *
 * @param followed whether there is a later one, on this page or on the next
 */
public record ListedQuizResponse(QuizResponse response, boolean followed) {}

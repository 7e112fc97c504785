package com.ketomealplan.resources;

import com.ketomealplan.api.QuizResponse;
import com.ketomealplan.db.QuizResponseDao;
import com.ketomealplan.db.UserDao;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import jakarta.ws.rs.DefaultValue;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.MediaType;
import java.util.List;
import java.util.UUID;
import org.jdbi.v3.sqlobject.transaction.Transaction;

/** What a user answered. */
@Path("/users/{user_id}/quiz-responses")
@Produces(MediaType.APPLICATION_JSON)
public final class QuizResponseResource {

    private final UserDao users;
    private final QuizResponseDao quizResponses;

    public QuizResponseResource(UserDao users, QuizResponseDao quizResponses) {
        this.users = users;
        this.quizResponses = quizResponses;
    }

    @GET
    @Transaction(readOnly = true)
    public List<QuizResponse> list(
            @PathParam("user_id") UUID userId,
            @QueryParam("limit") @DefaultValue("100") @Min(1) @Max(1000) int limit,
            @QueryParam("offset") @DefaultValue("0") @Min(0) int offset) {
        users.find(userId).orElseThrow(UserResource::notFound);
        return quizResponses.findByUser(userId, limit, offset);
    }
}

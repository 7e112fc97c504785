package com.ketomealplan.resources;

import com.ketomealplan.api.ComplexOperation;
import com.ketomealplan.api.ComplexOperationResult;
import com.ketomealplan.api.User;
import com.ketomealplan.db.QuizResponseDao;
import com.ketomealplan.db.UserDao;
import com.ketomealplan.neon.transaction.Replayable;
import jakarta.validation.Valid;
import jakarta.validation.constraints.NotNull;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.util.UUID;
import org.jdbi.v3.sqlobject.transaction.Transaction;

/** Creates a user and a quiz response in one transaction. */
@Path("/complex-operation")
@Produces(MediaType.APPLICATION_JSON)
public final class ComplexOperationResource {

    private final UserDao users;
    private final QuizResponseDao quizResponses;

    public ComplexOperationResource(UserDao users, QuizResponseDao quizResponses) {
        this.users = users;
        this.quizResponses = quizResponses;
    }

    @POST
    @Transaction
    @Replayable
    public Response create(@NotNull @Valid ComplexOperation operation) {
        User user = users.insert(operation.email())
                .orElseThrow(UserResource::emailTaken)
                .user();
        UUID quizResponse = quizResponses.insert(user.id(), operation.quizData());
        return Response.created(UserResource.location(user.id()))
                .entity(new ComplexOperationResult(user.id(), quizResponse))
                .build();
    }
}

package com.ketomealplan.resources;

import com.ketomealplan.api.NewQuizResponse;
import com.ketomealplan.api.QuizResponse;
import com.ketomealplan.db.ListedQuizResponse;
import com.ketomealplan.db.Position;
import com.ketomealplan.db.QuizResponseDao;
import com.ketomealplan.neon.transaction.Replayable;
import jakarta.validation.Valid;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import jakarta.validation.constraints.NotNull;
import jakarta.validation.constraints.Pattern;
import jakarta.ws.rs.DELETE;
import jakarta.ws.rs.DefaultValue;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.HeaderParam;
import jakarta.ws.rs.NotFoundException;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.core.UriInfo;
import java.net.URI;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.jdbi.v3.sqlobject.transaction.Transaction;

/** The quiz responses of a user. */
@Path("/users/{user_id}/quiz-responses")
@Produces(MediaType.APPLICATION_JSON)
public final class QuizResponseResource {

    private static final String LIST = "/users/{user_id}/quiz-responses";

    /** The version of all quiz responses, which never change. */
    private static final long VERSION = 1;

    private final QuizResponseDao quizResponses;

    public QuizResponseResource(QuizResponseDao quizResponses) {
        this.quizResponses = quizResponses;
    }

    /**
     * Lists the quiz responses, newest first.
     *
     * @param offset deprecated: only 0 is accepted, because an ignored offset would return the first page again and again
     */
    @GET
    @Transaction(readOnly = true)
    public Response list(
            @PathParam("user_id") UUID userId,
            @QueryParam("limit") @DefaultValue("100") @Min(1) @Max(1000) int limit,
            @QueryParam("after") @Pattern(regexp = Cursor.FORM, message = Cursor.MESSAGE) String after,
            @QueryParam("offset") @DefaultValue("0") @Min(0) @Max(value = 0, message = Page.NO_OFFSET) int offset,
            @Context UriInfo uri) {
        List<ListedQuizResponse> found =
                quizResponses.findAfter(userId, Cursor.read(after), limit).orElseThrow(UserResource::notFound);
        return new Page<>(found.stream().map(ListedQuizResponse::response).toList(), next(found))
                .toResponse(uri.getBaseUriBuilder().path(LIST).resolveTemplate("user_id", userId), limit);
    }

    @GET
    @Path("/{quiz_response_id}")
    @Transaction(readOnly = true)
    public Response get(
            @PathParam("user_id") UUID userId,
            @PathParam("quiz_response_id") UUID id,
            @HeaderParam(HttpHeaders.IF_NONE_MATCH) List<String> ifNoneMatch) {
        QuizResponse found = quizResponses.find(userId, id).orElseThrow(QuizResponseResource::notFound);
        return EntityTags.answer(found, VERSION, ifNoneMatch);
    }

    @POST
    @Transaction
    @Replayable
    public Response create(@PathParam("user_id") UUID userId, @NotNull @Valid NewQuizResponse response) {
        QuizResponse stored =
                quizResponses.insertIfUser(userId, response.quizData()).orElseThrow(UserResource::notFound);
        return Response.created(URI.create(UserResource.location(userId) + "/quiz-responses/" + stored.id()))
                .tag(EntityTags.of(VERSION))
                .entity(stored)
                .build();
    }

    @DELETE
    @Path("/{quiz_response_id}")
    @Transaction
    @Replayable
    public Response delete(
            @PathParam("user_id") UUID userId,
            @PathParam("quiz_response_id") UUID id,
            @HeaderParam(HttpHeaders.IF_MATCH) List<String> ifMatch) {
        if (!EntityTags.ifMatch(ifMatch).include(VERSION)) {
            throw quizResponses.find(userId, id).isPresent() ? new PreconditionFailed() : notFound();
        }
        if (!quizResponses.delete(userId, id)) {
            throw notFound();
        }
        return Response.noContent().build();
    }

    private static Optional<Position> next(List<ListedQuizResponse> found) {
        return found.stream()
                .reduce((earlier, last) -> last)
                .filter(ListedQuizResponse::followed)
                .map(ListedQuizResponse::response)
                .map(last -> new Position(last.createdAt(), last.id()));
    }

    private static NotFoundException notFound() {
        return new NotFoundException("Quiz response not found");
    }
}

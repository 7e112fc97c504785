package com.ketomealplan.resources;

import com.ketomealplan.api.NewUser;
import com.ketomealplan.api.User;
import com.ketomealplan.api.UserPatch;
import com.ketomealplan.db.EmailTakenException;
import com.ketomealplan.db.Position;
import com.ketomealplan.db.StoredUser;
import com.ketomealplan.db.UserDao;
import com.ketomealplan.db.Versions;
import com.ketomealplan.neon.transaction.Replayable;
import jakarta.validation.Valid;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import jakarta.validation.constraints.NotNull;
import jakarta.validation.constraints.Pattern;
import jakarta.ws.rs.ClientErrorException;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.DELETE;
import jakarta.ws.rs.DefaultValue;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.HeaderParam;
import jakarta.ws.rs.NotFoundException;
import jakarta.ws.rs.PATCH;
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
import java.util.UUID;
import org.jdbi.v3.sqlobject.transaction.Transaction;

/** The users. */
@Path("/users")
@Produces(MediaType.APPLICATION_JSON)
public final class UserResource {

    private final UserDao users;

    public UserResource(UserDao users) {
        this.users = users;
    }

    /**
     * Lists the users, newest first.
     *
     * @param offset deprecated: only 0 is accepted, because an ignored offset would return the first page again and again
     */
    @GET
    @Transaction(readOnly = true)
    public Response list(
            @QueryParam("limit") @DefaultValue("20") @Min(1) @Max(100) int limit,
            @QueryParam("after") @Pattern(regexp = Cursor.FORM, message = Cursor.MESSAGE) String after,
            @QueryParam("offset") @DefaultValue("0") @Min(0) @Max(value = 0, message = Page.NO_OFFSET) int offset,
            @Context UriInfo uri) {
        List<User> found = users.findAfter(Cursor.read(after), limit + 1).stream()
                .map(StoredUser::user)
                .toList();
        return Page.of(found, limit, user -> new Position(user.createdAt(), user.id()))
                .toResponse(uri.getBaseUriBuilder().path("/users"), limit);
    }

    @GET
    @Path("/{user_id}")
    @Transaction(readOnly = true)
    public Response get(
            @PathParam("user_id") UUID userId, @HeaderParam(HttpHeaders.IF_NONE_MATCH) List<String> ifNoneMatch) {
        StoredUser found = users.find(userId).orElseThrow(UserResource::notFound);
        return EntityTags.answer(found.user(), found.version(), ifNoneMatch);
    }

    @POST
    @Transaction
    @Replayable
    public Response create(@NotNull @Valid NewUser newUser) {
        StoredUser stored = users.insert(newUser.email()).orElseThrow(UserResource::emailTaken);
        return Response.created(location(stored.user().id()))
                .tag(EntityTags.of(stored.version()))
                .entity(stored.user())
                .build();
    }

    @PATCH
    @Path("/{user_id}")
    @Consumes(UserPatch.MEDIA_TYPE)
    @Transaction
    @Replayable
    public Response update(
            @PathParam("user_id") UUID userId,
            @HeaderParam(HttpHeaders.IF_MATCH) List<String> ifMatch,
            @NotNull @Valid UserPatch patch) {
        Versions meant = EntityTags.ifMatch(ifMatch);
        try {
            StoredUser stored = users.update(userId, patch.email(), meant).orElseThrow(() -> notFoundAs(meant, userId));
            return EntityTags.answer(stored.user(), stored.version(), List.of());
        } catch (EmailTakenException e) {
            throw emailTaken();
        }
    }

    /** Removes a user and all its quiz responses. */
    @DELETE
    @Path("/{user_id}")
    @Transaction
    @Replayable
    public Response delete(@PathParam("user_id") UUID userId, @HeaderParam(HttpHeaders.IF_MATCH) List<String> ifMatch) {
        Versions meant = EntityTags.ifMatch(ifMatch);
        if (!users.delete(userId, meant)) {
            throw notFoundAs(meant, userId);
        }
        return Response.noContent().build();
    }

    /** Returns why a statement has found no user in one of these versions; a query only if versions were given. */
    private ClientErrorException notFoundAs(Versions meant, UUID userId) {
        return meant.any().isPresent() && users.find(userId).isPresent() ? new PreconditionFailed() : notFound();
    }

    /** Returns the path of a user, without a slash in front: it is relative to that of the application. */
    static URI location(UUID userId) {
        return URI.create("users/" + userId);
    }

    static NotFoundException notFound() {
        return new NotFoundException("User not found");
    }

    static Conflict emailTaken() {
        return new Conflict("There is a user with this e-mail address already.");
    }
}

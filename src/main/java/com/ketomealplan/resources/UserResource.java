package com.ketomealplan.resources;

import com.ketomealplan.api.NewUser;
import com.ketomealplan.api.User;
import com.ketomealplan.db.UserDao;
import com.ketomealplan.neon.transaction.Replayable;
import jakarta.validation.Valid;
import jakarta.validation.constraints.NotNull;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.NotFoundException;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.core.UriBuilder;
import java.util.UUID;
import org.jdbi.v3.sqlobject.transaction.Transaction;

/** Users. */
@Path("/users")
@Produces(MediaType.APPLICATION_JSON)
public final class UserResource {

    private final UserDao users;

    public UserResource(UserDao users) {
        this.users = users;
    }

    @GET
    @Path("/{user_id}")
    @Transaction(readOnly = true)
    public User get(@PathParam("user_id") UUID userId) {
        return users.find(userId).orElseThrow(UserResource::notFound);
    }

    @POST
    @Transaction
    @Replayable
    public Response create(@NotNull @Valid NewUser newUser) {
        User user = users.insert(newUser.email()).orElseThrow(UserResource::emailTaken);
        return Response.created(UriBuilder.fromPath("/users/{id}").build(user.id()))
                .entity(user)
                .build();
    }

    static NotFoundException notFound() {
        return new NotFoundException("User not found");
    }

    static Conflict emailTaken() {
        return new Conflict("There is a user with this e-mail address already.");
    }
}

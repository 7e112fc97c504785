package com.ketomealplan.documentation.notes;

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
import java.util.List;
import java.util.UUID;
import org.jdbi.v3.sqlobject.transaction.Transaction;

/** Notes about users. */
@Path("/users/{user_id}/notes")
@Produces(MediaType.APPLICATION_JSON)
public final class NoteResource {

    private static final int NEWEST = 100;

    private final NoteDao notes;

    public NoteResource(NoteDao notes) {
        this.notes = notes;
    }

    @POST
    @Transaction
    @Replayable
    public Response create(@PathParam("user_id") UUID userId, @NotNull @Valid NewNote note) {
        Note stored = notes.insert(userId, note.text()).orElseThrow(() -> new NotFoundException("User not found"));
        return Response.status(Response.Status.CREATED).entity(stored).build();
    }

    @GET
    @Transaction(readOnly = true)
    public List<Note> list(@PathParam("user_id") UUID userId) {
        return notes.find(userId, NEWEST);
    }
}

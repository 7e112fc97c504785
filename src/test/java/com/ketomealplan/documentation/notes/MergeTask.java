package com.ketomealplan.documentation.notes;

import io.dropwizard.servlets.tasks.Task;
import java.io.PrintWriter;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/** {@code POST /tasks/merge?from=…&into=…} of the admin port. */
public final class MergeTask extends Task {

    private final MergeDao users;

    public MergeTask(MergeDao users) {
        super("merge");
        this.users = users;
    }

    @Override
    public void execute(Map<String, List<String>> parameters, PrintWriter output) {
        users.merge(user(parameters, "from"), user(parameters, "into"));
    }

    private static UUID user(Map<String, List<String>> parameters, String name) {
        return UUID.fromString(parameters.get(name).get(0));
    }
}

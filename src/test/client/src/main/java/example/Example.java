package example;

import client.ApiClient;
import client.ApiException;
import client.api.ComplexOperationsApi;
import client.api.UsersApi;
import client.model.CommitOutcomeUnknownProblem;
import client.model.ComplexOperation;
import client.model.ComplexOperationResult;
import client.model.ConflictWithKeyProblem;
import client.model.IdempotencyKeyReusedProblem;
import client.model.Problem;
import client.model.ServiceBusyProblem;
import client.model.ServiceUnavailableOnWriteProblem;
import client.model.UnprocessableContentWithKeyProblem;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.Map;
import java.util.UUID;

/** The README's example, and what may become of it, told apart by types. */
public final class Example {

    private Example() {}

    public static void main(String[] arguments) throws Exception {
        ApiClient service = new ApiClient();
        service.updateBaseUri(arguments[0]);
        ComplexOperationsApi operations = new ComplexOperationsApi(service);
        String key = UUID.randomUUID().toString();
        ComplexOperation ada = operation("ada@example.com");

        ComplexOperationResult created = operations.createComplexOperation(ada, null, key);
        require(created.equals(operations.createComplexOperation(ada, null, key)), "a repetition acts once");
        String email = new UsersApi(service).getUser(created.getUserId(), null, null).getEmail();
        require(email.equals("ada@example.com"), email);

        ObjectMapper json = service.getObjectMapper();
        Object taken = json.readValue(refusal(409, operations, ada, null), ConflictWithKeyProblem.class).getActualInstance();
        require(taken instanceof Problem, "an address that is taken is " + taken);
        Object reused = json.readValue(
                        refusal(422, operations, operation("bob@example.com"), key),
                        UnprocessableContentWithKeyProblem.class)
                .getActualInstance();
        require(reused instanceof IdempotencyKeyReusedProblem, "a key that was another request's is " + reused);
        require(unavailable(json, "service-busy") instanceof ServiceBusyProblem, "service-busy");
        require(unavailable(json, "commit-outcome-unknown") instanceof CommitOutcomeUnknownProblem, "commit-outcome-unknown");
        System.out.println("The example has run.");
    }

    private static ComplexOperation operation(String email) {
        return new ComplexOperation().email(email).quizData(Map.of("goal", "energy"));
    }

    private static String refusal(int status, ComplexOperationsApi operations, ComplexOperation operation, String key) {
        try {
            throw new IllegalStateException("taken: " + operations.createComplexOperation(operation, null, key));
        } catch (ApiException e) {
            require(e.getCode() == status, e.getCode() + " " + e.getResponseBody());
            return e.getResponseBody();
        }
    }

    private static Object unavailable(ObjectMapper json, String type) throws Exception {
        String answer = """
                {"type": "urn:problem-type:%s", "title": "Service Unavailable", "status": 503, "detail": "", "retryable": true,
                 "request_id": "1"}""".formatted(type);
        return json.readValue(answer, ServiceUnavailableOnWriteProblem.class).getActualInstance();
    }

    private static void require(boolean holds, String what) {
        if (!holds) {
            throw new IllegalStateException(what);
        }
    }
}

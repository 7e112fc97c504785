package com.ketomealplan.neon.web;

import com.ketomealplan.neon.idempotency.IdempotencyKey;
import com.ketomealplan.neon.idempotency.IdempotentWork;
import com.ketomealplan.neon.lease.Deadline;
import com.ketomealplan.neon.lease.Purpose;
import com.ketomealplan.neon.transaction.NestedUnitException;
import com.ketomealplan.neon.transaction.Reflection;
import com.ketomealplan.neon.transaction.UnitOfWork;
import com.ketomealplan.neon.web.CurrentRequest.MatchedRequest;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.Response;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jdbi.v3.core.transaction.TransactionIsolationLevel;

/** Invokes one resource method for Jersey: in its unit of work, within its deadline, once for a key. Thread-safe. */
final class ResourceInvocation implements InvocationHandler {

    /** A request in progress ends within its deadline. */
    private static final String RETRY_AFTER_SECONDS = "1";

    /** The time limits of a method. */
    record TimeLimits(Duration deadline, Duration wakeBudget) {}

    private final String name;
    private final Optional<UnitOfWork.Options> options;
    private final UnitOfWork units;
    private final IdempotentWork.Storage storage;
    private final TimeLimits limits;
    private final ResponseWriter writer;

    /** The options of the unit around a method without one, for a request with a key: at the isolation level of the units inside it. */
    private volatile UnitOfWork.Options implied = UnitOfWork.Options.DEFAULT;

    ResourceInvocation(
            Method method,
            Optional<UnitOfWork.Options> options,
            UnitOfWork units,
            IdempotentWork.Storage storage,
            TimeLimits limits,
            ResponseWriter writer) {
        this.name = method.getDeclaringClass().getSimpleName() + "." + method.getName();
        this.options = options;
        this.units = units;
        this.storage = storage;
        this.limits = limits;
        this.writer = writer;
    }

    /** Invokes an asynchronous method, without a deadline and a name of the unit; refuses a key. */
    static Object refuseKey(Object resource, Method method, Object[] arguments)
            throws IllegalAccessException, InvocationTargetException {
        MatchedRequest request = CurrentRequest.take();
        if (request.keyed().isPresent()) {
            throw new InvocationTargetException(new NotInvokedException(Problem.of(
                            422,
                            "This path has an asynchronous response, and does not support " + IdempotencyKey.HEADER
                                    + ".")
                    .ofType("idempotency-key-unsupported")
                    .toResponse()));
        }
        return method.invoke(resource, arguments);
    }

    @Override
    public Object invoke(Object resource, Method method, Object[] arguments) throws InvocationTargetException {
        MatchedRequest request = CurrentRequest.take();
        Purpose.ofRequest(name);
        Callable<Object> work = () -> Reflection.invoke(resource, method, arguments);
        try {
            return Deadline.within(limits.deadline(), limits.wakeBudget(), () -> call(request, work));
        } catch (Exception | Error e) {
            // Jersey calls the exception mappers only for exceptions of a method
            throw new InvocationTargetException(e);
        }
    }

    private Object call(MatchedRequest request, Callable<Object> work) throws Exception {
        boolean reads = options.isPresent() && options.get().readOnly();
        if (request.keyed().isPresent() && !reads) { // a read may be repeated without a key
            return once(request, work);
        }
        if (options.isEmpty()) {
            return work.call();
        }
        return units.call(
                options.get(),
                reads ? () -> ResponseWriter.checkNotStreaming(work.call()) : () -> written(request, work.call()));
    }

    /** Keeps the written response for the interceptor. */
    private Object written(MatchedRequest request, Object result) {
        ResponseWriter.checkNotStreaming(result);
        if (!ResponseWriter.isCopied(result)) {
            WrittenResponseInterceptor.keep(
                    writer.write(result, request.context(), request.writers()), request.context());
        }
        return result;
    }

    private Object once(MatchedRequest request, Callable<Object> work) throws Exception {
        UnitOfWork.Options unit = options.orElse(implied);
        try {
            return once(unit, request, work);
        } catch (Exception e) {
            TransactionIsolationLevel asked = NestedUnitException.requestedIsolation(e);
            if (options.isPresent() || asked == TransactionIsolationLevel.UNKNOWN) {
                throw e;
            }
            // Nothing is stored. Without a key the inner unit would be the outermost one; from now on the outer one
            // has its isolation level
            UnitOfWork.Options higher = new UnitOfWork.Options(asked, false, false);
            implied = higher; // read once: another request may set another level
            return once(higher, request, work);
        }
    }

    private Response once(UnitOfWork.Options unit, MatchedRequest request, Callable<Object> work) throws Exception {
        UnitOfWork.Options isolated = IdempotentWork.withIsolation(unit);
        IdempotentCall call = new IdempotentCall(request, work, writer);
        IdempotentWork.Result result = units.call(
                isolated, new IdempotentWork(storage, request.keyed().orElseThrow(), isolated, call::answer));
        return switch (result.outcome()) {
            case ACTED -> call.response();
            case REPEATED -> throw new NotInvokedException(WrittenResponse.replayed(result.answer()));
            case REUSED ->
                throw new NotInvokedException(
                        Problem.of(422, "This Idempotency-Key was used for another request. Use a new one.")
                                .ofType("idempotency-key-reused")
                                .retryable(false)
                                .toResponse());
            case IN_USE -> throw new NotInvokedException(inUse());
        };
    }

    private static Response inUse() {
        Response problem = Problem.of(409, "A request with this Idempotency-Key is still in progress. Repeat it later.")
                .ofType("idempotency-key-in-use")
                .retryable(true)
                .toResponse();
        return Response.fromResponse(problem)
                .header(HttpHeaders.RETRY_AFTER, RETRY_AFTER_SECONDS)
                .build();
    }
}

package com.ketomealplan.neon.credentials;

import static org.assertj.core.api.Assertions.assertThat;

import com.ketomealplan.neon.credentials.CredentialMemory.LogIn;
import com.ketomealplan.neon.url.Secret;
import com.ketomealplan.testing.LoggedLines;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Which credentials log-ins present, by a clock of the test's. */
class CredentialMemoryTest {

    private static final Credentials OLD = credentials("app", "1");
    private static final Credentials NEW = credentials("app", "2");
    private static final Credentials OTHER = credentials("app_b", "3");

    private final AtomicLong clock = new AtomicLong();
    private Credentials written = OLD;
    private final CredentialMemory memory = new CredentialMemory(
            new CredentialSource() {
                @Override
                public Credentials current() {
                    return written;
                }

                @Override
                public boolean mayChange() {
                    return true;
                }
            },
            clock::incrementAndGet);
    private LoggedLines log;

    @BeforeEach
    void begin() {
        log = LoggedLines.of(CredentialMemory.class);
    }

    @AfterEach
    void end() {
        log.close();
    }

    private static Credentials credentials(String user, String password) {
        return new Credentials(user, Optional.of(new Secret(password)));
    }

    private LogIn presents(Credentials expected) {
        LogIn login = memory.next();
        assertThat(login.credentials()).isEqualTo(expected);
        return login;
    }

    private void isAccepted(Credentials expected) {
        memory.accepted(presents(expected));
    }

    private Optional<Credentials> isRefused(Credentials expected) {
        return memory.refused(presents(expected)).map(LogIn::credentials);
    }

    @Test
    void theRoleIsChangedBeforeTheFile() {
        isAccepted(OLD);
        assertThat(isRefused(OLD)).isEmpty();
        assertThat(memory.hasNew()).isFalse();

        written = NEW;

        assertThat(memory.hasNew()).isTrue();
        isAccepted(NEW);
        isAccepted(NEW);
        assertThat(log.all()).containsExactly("New password of user app accepted by the database");
    }

    @Test
    void theFileIsChangedBeforeTheRole() {
        isAccepted(OLD);
        written = NEW;
        isAccepted(OLD); // as long as it is the role's
        assertThat(isRefused(OLD)).contains(NEW);
        isAccepted(NEW);
        isAccepted(NEW);
    }

    @Test
    void theFileIsChangedWhileALogInIsRefused() {
        isAccepted(OLD);
        LogIn login = presents(OLD);
        written = NEW;
        assertThat(memory.refused(login).map(LogIn::credentials)).contains(NEW);
    }

    @Test
    void anotherUserCountsAtOnce() {
        isAccepted(OLD);
        written = OTHER;
        isAccepted(OTHER);
        assertThat(memory.userOfLast()).contains("app_b");
        written = NEW;
        isAccepted(NEW); // and back, with another password
        assertThat(log.all()).containsExactly("Log-in user changed to app_b", "Log-in user changed to app");
    }

    @Test
    void whereAnotherUserIsRefusedTheOneBeforeGoesOn() {
        isAccepted(OLD);
        written = OTHER;
        assertThat(isRefused(OTHER)).contains(OLD);
        isAccepted(OLD);
        isAccepted(OLD);
        assertThat(log.all()).singleElement().asString().startsWith("Log-in of user app_b refused");

        clock.addAndGet(CredentialMemory.FAILURE_TTL.toNanos());
        isAccepted(OTHER); // whom somebody has created meanwhile
    }

    @Test
    void aWrongNewPasswordLeavesNothingAndIsTriedAgainLater() {
        isAccepted(OLD);
        written = NEW;
        LogIn first = presents(OLD);
        LogIn second = memory.refused(first).orElseThrow();
        assertThat(second.credentials()).isEqualTo(NEW);
        assertThat(memory.refused(second)).isEmpty();
        assertThat(memory.hasNew()).isFalse();
        clock.addAndGet(Duration.ofMinutes(2).toNanos());
        assertThat(memory.hasNew()).isFalse(); // time makes nothing new

        isAccepted(OLD); // the role was given it back
        assertThat(log.all()).isEmpty();
    }

    @Test
    void aLogInThatWasUnderWayDuringTheChangeDoesNotBringTheOldPasswordBack() {
        isAccepted(OLD);
        LogIn early = presents(OLD);
        written = NEW;
        LogIn late = memory.refused(presents(OLD)).orElseThrow();
        memory.accepted(late);

        memory.accepted(early);

        isAccepted(NEW);
    }

    @Test
    void theFirstLogInIsRefused() {
        assertThat(isRefused(OLD)).isEmpty();
        assertThat(memory.hasNew()).isFalse();
        written = NEW;
        assertThat(memory.hasNew()).isTrue();
        isAccepted(NEW);
        assertThat(log.all()).isEmpty();
    }
}

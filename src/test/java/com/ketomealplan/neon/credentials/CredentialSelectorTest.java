package com.ketomealplan.neon.credentials;

import static org.assertj.core.api.Assertions.assertThat;

import com.ketomealplan.neon.credentials.CredentialSelector.LogIn;
import com.ketomealplan.neon.url.Secret;
import com.ketomealplan.testing.LoggedLines;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The credentials that log-ins present, by a clock of the test. */
class CredentialSelectorTest {

    private static final Credentials OLD = credentials("app", "1");
    private static final Credentials NEW = credentials("app", "2");
    private static final Credentials OTHER = credentials("app_b", "3");

    private final AtomicLong clock = new AtomicLong();
    private Credentials written = OLD;
    private final CredentialSelector selector = new CredentialSelector(
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
    void captureLog() {
        log = LoggedLines.of(CredentialSelector.class);
    }

    @AfterEach
    void closeLog() {
        log.close();
    }

    private static Credentials credentials(String user, String password) {
        return new Credentials(user, Optional.of(new Secret(password)));
    }

    private LogIn next(Credentials expected) {
        LogIn login = selector.next();
        assertThat(login.credentials()).isEqualTo(expected);
        return login;
    }

    private void accept(Credentials expected) {
        selector.accepted(next(expected));
    }

    private Optional<Credentials> refuse(Credentials expected) {
        return selector.refused(next(expected)).map(LogIn::credentials);
    }

    @Test
    void aPasswordThatIsChangedInTheDatabaseFirstIsAcceptedOnceTheFileHasIt() {
        accept(OLD);
        assertThat(refuse(OLD)).isEmpty();
        assertThat(selector.hasNew()).isFalse();

        written = NEW;

        assertThat(selector.hasNew()).isTrue();
        accept(NEW);
        accept(NEW);
        assertThat(log.all()).containsExactly("New password of user app accepted by the database");
    }

    @Test
    void aPasswordThatIsChangedInTheFileFirstIsPresentedOnceTheOldOneIsRefused() {
        accept(OLD);
        written = NEW;
        accept(OLD); // while the database has it
        assertThat(refuse(OLD)).contains(NEW);
        accept(NEW);
        accept(NEW);
    }

    @Test
    void aRefusedLogInIsRepeatedWithThePasswordWrittenMeanwhile() {
        accept(OLD);
        LogIn login = next(OLD);
        written = NEW;
        assertThat(selector.refused(login).map(LogIn::credentials)).contains(NEW);
    }

    @Test
    void anotherUserIsPresentedAtOnce() {
        accept(OLD);
        written = OTHER;
        accept(OTHER);
        assertThat(selector.userOfLast()).contains("app_b");
        written = NEW;
        accept(NEW); // and back, with another password
        assertThat(log.all()).containsExactly("Log-in user changed to app_b", "Log-in user changed to app");
    }

    @Test
    void thePreviousUserIsPresentedWhileTheNewOneIsRefused() {
        accept(OLD);
        written = OTHER;
        assertThat(refuse(OTHER)).contains(OLD);
        accept(OLD);
        accept(OLD);
        assertThat(log.all()).singleElement().asString().startsWith("Log-in of user app_b refused");

        clock.addAndGet(CredentialSelector.REFUSAL_TTL.toNanos());
        accept(OTHER); // which exists by now
    }

    @Test
    void aRefusedNewPasswordIsNotNewAgainAndTheOldOneIsPresentedFirst() {
        accept(OLD);
        written = NEW;
        LogIn first = next(OLD);
        LogIn second = selector.refused(first).orElseThrow();
        assertThat(second.credentials()).isEqualTo(NEW);
        assertThat(selector.refused(second)).isEmpty();
        assertThat(selector.hasNew()).isFalse();
        clock.addAndGet(Duration.ofMinutes(2).toNanos());
        assertThat(selector.hasNew()).isFalse(); // it does not become new by time

        accept(OLD); // the database has it again
        assertThat(log.all()).isEmpty();
    }

    @Test
    void aLogInBegunBeforeTheChangeDoesNotBringTheOldPasswordBack() {
        accept(OLD);
        LogIn early = next(OLD);
        written = NEW;
        LogIn late = selector.refused(next(OLD)).orElseThrow();
        selector.accepted(late);

        selector.accepted(early);

        accept(NEW);
    }

    @Test
    void aRefusedFirstLogInIsRepeatedWithANewPassword() {
        assertThat(refuse(OLD)).isEmpty();
        assertThat(selector.hasNew()).isFalse();
        written = NEW;
        assertThat(selector.hasNew()).isTrue();
        accept(NEW);
        assertThat(log.all()).isEmpty();
    }
}

package com.ketomealplan.logging;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.AsyncAppender;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.util.LogbackMDCAdapter;
import ch.qos.logback.core.AppenderBase;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class LastLinesTest {

    private final CountDownLatch taken = new CountDownLatch(1);
    private final List<String> written = new CopyOnWriteArrayList<>();

    /** Writes a line only when it is told to come to an end. */
    private final class Late extends AppenderBase<ILoggingEvent> {

        @Override
        protected void append(ILoggingEvent line) {
            taken.countDown();
            try {
                Thread.sleep(Long.MAX_VALUE);
            } catch (InterruptedException e) {
                written.add(line.getMessage());
            }
        }
    }

    @Test
    void aLineThatAnAppenderHasTakenIsWritten() throws Exception {
        LoggerContext logback = new LoggerContext();
        logback.setMDCAdapter(new LogbackMDCAdapter());
        Logger logger = logback.getLogger("of.some.component");
        Late late = new Late();
        late.start();
        AsyncAppender appender = new AsyncAppender();
        appender.setContext(logback);
        appender.addAppender(late);
        appender.start();
        logger.addAppender(appender);
        logger.info("stopped");
        assertThat(taken.await(20, TimeUnit.SECONDS)).isTrue();
        assertThat(appender.getNumberOfElementsInQueue()).isZero();

        LastLines.write(logback);

        assertThat(written).containsExactly("stopped");
    }
}

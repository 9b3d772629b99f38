/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.driver.gpio.diozero;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.tinylog.Level;
import org.tinylog.format.MessageFormatter;
import org.tinylog.provider.ContextProvider;
import org.tinylog.provider.LoggingProvider;
import org.tinylog.provider.NopContextProvider;

/**
 * What diozero logs, as details for who looks for them: it calls a missing device tree an error, which on most computers is none,
 * and what matters comes as an exception. Safe for use by any thread; made by tinylog.
 */
public final class TinylogBridge implements LoggingProvider {

    private static final Logger LOG = LoggerFactory.getLogger("io.bascule.driver.gpio.diozero.library");

    private final ContextProvider context = new NopContextProvider();

    /** Called by tinylog. */
    public TinylogBridge() {}

    @Override
    public ContextProvider getContextProvider() {
        return context;
    }

    @Override
    public Level getMinimumLevel() {
        return LOG.isDebugEnabled() ? Level.DEBUG : Level.OFF;
    }

    @Override
    public Level getMinimumLevel(String tag) {
        return getMinimumLevel();
    }

    @Override
    public boolean isEnabled(int depth, String tag, Level level) {
        return LOG.isDebugEnabled() && level != Level.TRACE;
    }

    @Override
    public boolean isEnabled(String loggerClassName, String tag, Level level) {
        return isEnabled(0, tag, level);
    }

    @Override
    public void log(
            int depth,
            String tag,
            Level level,
            @Nullable Throwable exception,
            @Nullable MessageFormatter formatter,
            @Nullable Object message,
            @Nullable Object @Nullable ... arguments) {
        if (isEnabled(depth, tag, level)) {
            String text = String.valueOf(message);
            boolean hasArguments = formatter != null && arguments != null && arguments.length > 0;
            LOG.debug(hasArguments && formatter != null ? formatter.format(text, arguments) : text, exception);
        }
    }

    @Override
    public void log(
            String loggerClassName,
            String tag,
            Level level,
            @Nullable Throwable exception,
            @Nullable MessageFormatter formatter,
            @Nullable Object message,
            @Nullable Object @Nullable ... arguments) {
        log(0, tag, level, exception, formatter, message, arguments);
    }

    @Override
    public void shutdown() {}
}

/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.access.shell.store;

import io.bascule.access.shell.GatewayCommand;
import io.bascule.api.store.ReadingStore;
import io.bascule.api.store.StoreException;
import java.io.IOException;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.karaf.shell.api.action.lifecycle.Reference;
import org.apache.karaf.shell.support.CommandException;
import org.jspecify.annotations.Nullable;
import org.osgi.framework.BundleContext;
import org.osgi.framework.ServiceReference;

/** A command that works with the store. */
abstract class StoreCommand extends GatewayCommand {

    static final String TIMES = """
            A time is an age such as 90s, 15m, 2h or 7d, or ISO 8601 in UTC such as
            2026-11-21T08:00:00Z; it is the source time of a reading.
            """;

    private static final Pattern AGE = Pattern.compile("(\\d{1,9})(ms|s|m|h|d)");
    private static final Map<String, Long> NANOS = Map.of(
            "ms", TimeUnit.MILLISECONDS.toNanos(1),
            "s", TimeUnit.SECONDS.toNanos(1),
            "m", TimeUnit.MINUTES.toNanos(1),
            "h", TimeUnit.HOURS.toNanos(1),
            "d", TimeUnit.DAYS.toNanos(1));

    @Reference(optional = true)
    @Nullable
    BundleContext context;

    /** Replaced in tests. */
    InstantSource clock = InstantSource.system();

    /** Works with a service of the store. */
    @FunctionalInterface
    interface Work<S> {
        void with(S service) throws StoreException, IOException, CommandException;
    }

    /** Asks for a service of the store, works with it, and gives it back. */
    <S> void use(Class<S> type, Work<S> work) throws CommandException, IOException {
        BundleContext bundle = require(context, "framework", "org.apache.karaf.shell.core");
        ServiceReference<S> reference = bundle.getServiceReference(type);
        S service = reference == null ? null : bundle.getService(reference);
        if (service == null) {
            throw failure("The store is not there; 'feature:install bascule-store' brings it, or 'bundle:diag"
                    + " io.bascule.core.store' says why it does not run.");
        }
        try {
            work.with(service);
        } catch (StoreException e) {
            throw failure(String.valueOf(e.getMessage()));
        } finally {
            bundle.ungetService(reference);
        }
    }

    void useReadings(Work<ReadingStore> work) throws CommandException, IOException {
        use(ReadingStore.class, work);
    }

    /** Returns the time that a person means, in nanoseconds since 1970. */
    long time(String option, String text) throws CommandException {
        if (text.equals("now")) {
            return nanos(clock.instant());
        }
        Matcher age = AGE.matcher(text);
        try {
            return age.matches() ? nanos(clock.instant().minusNanos(width(option, text))) : nanos(Instant.parse(text));
        } catch (DateTimeException | ArithmeticException e) {
            throw failure(option + " '" + text + "' is no time; expected an age such as 2h, or 2026-11-21T08:00:00Z.");
        }
    }

    /** Returns a stretch of time in nanoseconds, more than 0. */
    static long width(String option, String text) throws CommandException {
        Matcher age = AGE.matcher(text);
        if (age.matches()) {
            long count = Long.parseLong(age.group(1));
            long unit = NANOS.getOrDefault(age.group(2), 1L);
            if (count > 0 && count <= Duration.ofDays(36_500).toSeconds() * TimeUnit.SECONDS.toNanos(1) / unit) {
                return count * unit;
            }
        }
        throw failure(option + " '" + text + "' is no stretch of time; expected for example 10s, 5m, 1h or 1d.");
    }

    private static long nanos(Instant instant) {
        return Math.addExact(
                Math.multiplyExact(instant.getEpochSecond(), TimeUnit.SECONDS.toNanos(1)), (long) instant.getNano());
    }
}

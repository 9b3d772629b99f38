/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.access.shell.store;

import io.bascule.access.shell.Display;
import io.bascule.access.shell.Json;
import io.bascule.access.shell.Table;
import io.bascule.api.channel.Quality;
import io.bascule.api.channel.Value;
import io.bascule.api.store.Bucket;
import io.bascule.api.store.BucketQuery;
import io.bascule.api.store.ReadingPage;
import io.bascule.api.store.ReadingQuery;
import io.bascule.api.store.ReadingStore;
import io.bascule.api.store.StoreException;
import io.bascule.api.store.StoredReading;
import java.io.IOException;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Locale;
import org.apache.karaf.shell.api.action.Argument;
import org.apache.karaf.shell.api.action.Command;
import org.apache.karaf.shell.api.action.Completion;
import org.apache.karaf.shell.api.action.Option;
import org.apache.karaf.shell.api.action.lifecycle.Service;
import org.apache.karaf.shell.support.CommandException;

/** {@code bascule:store-read}. */
@Service
@Command(
        scope = "bascule",
        name = "store-read",
        description = "Shows stored readings of a channel, or their minimum, maximum and mean; times are UTC",
        detailedDescription = StoreCommand.TIMES + """
                With --every readings are summed up in stretches of that length. Bad
                readings and those that are no numbers are counted as LEFT OUT, with
                --good also the uncertain ones.

                Examples:
                  bascule:store-read press1/temperature
                  bascule:store-read --from 1d --every 1h press1/temperature
                  bascule:store-read --from 2026-11-21T08:00:00Z --json press1/speed""")
public final class StoreReadCommand extends StoreCommand {

    private static final DateTimeFormatter MILLIS =
            DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm:ss.SSS", Locale.ROOT).withZone(ZoneOffset.UTC);

    @Argument(name = "channel", description = "Name of the channel", required = true)
    @Completion(StoredChannels.class)
    String channel = "";

    @Option(name = "--from", description = "First time, 1h if unset")
    String from = "1h";

    @Option(name = "--until", description = "Time before which they lie, now if unset")
    String until = "now";

    @Option(name = "--every", description = "Sum up in stretches of this length")
    String every = "";

    @Option(name = "--good", description = "With --every: sum up good readings only")
    boolean good;

    @Option(name = "--limit", description = "Show at most so many, 1 to 100000, 50 if unset")
    int limit = 50;

    @Option(name = "--json", description = "Print JSON for programs")
    boolean json;

    @Override
    protected void run() throws CommandException, IOException {
        long first = time("--from", from);
        long end = time("--until", until);
        long width = every.isEmpty() ? 0 : width("--every", every);
        useReadings(store -> {
            if (width == 0) {
                readings(store, ReadingQuery.of(channel, first, end, limit));
            } else {
                Quality.Level worst = good ? Quality.Level.GOOD : Quality.Level.UNCERTAIN;
                buckets(store.summarize(new BucketQuery(channel, first, end, width, worst)));
            }
        });
    }

    private void readings(ReadingStore store, ReadingQuery query) throws StoreException {
        ReadingPage page = store.query(query);
        if (json) {
            console()
                    .println(Json.text(page.readings().stream()
                            .map(r -> Json.object()
                                    .with("timeNanos", r.timeNanos())
                                    .with("kind", r.value().kind().word())
                                    .with("value", plain(r.value()))
                                    .with("quality", r.quality().word())
                                    .toMap())
                            .toList()));
            return;
        }
        if (page.readings().isEmpty()) {
            nothing();
            return;
        }
        Table table = new Table().text("TIME").flexible("VALUE").flexible("QUALITY");
        for (StoredReading reading : page.readings()) {
            table.row(
                    time(reading.timeNanos()),
                    Display.value(reading.value()),
                    reading.quality().word());
        }
        table.print(console());
        if (page.next() != null) {
            console()
                    .println("More follow: --from "
                            + Display.instant(page.next().timeNanos()) + " goes on, --every 1m sums up.");
        }
    }

    private void buckets(List<Bucket> buckets) {
        List<Bucket> shown = buckets.subList(0, Math.min(limit, buckets.size()));
        if (json) {
            console()
                    .println(Json.text(shown.stream()
                            .map(b -> Json.object()
                                    .with("startNanos", b.startNanos())
                                    .with("count", b.count())
                                    .with("excluded", b.excluded())
                                    .with("min", b.min())
                                    .with("max", b.max())
                                    .with("average", b.average())
                                    .toMap())
                            .toList()));
            return;
        }
        if (shown.isEmpty()) {
            nothing();
            return;
        }
        Table table = new Table()
                .text("FROM")
                .number("COUNT")
                .number("LEFT OUT")
                .number("MIN")
                .number("MEAN")
                .number("MAX");
        for (Bucket bucket : shown) {
            table.row(
                    time(bucket.startNanos()),
                    bucket.count(),
                    bucket.excluded(),
                    number(bucket.min()),
                    number(bucket.average()),
                    number(bucket.max()));
        }
        table.print(console());
        if (shown.size() < buckets.size()) {
            console()
                    .println("More follow: --from "
                            + Display.instant(buckets.get(shown.size()).startNanos()) + " goes on.");
        }
    }

    private void nothing() {
        console().println("Nothing is stored of '" + channel + "' in that time.");
        console().println("A flow with a stage of type store keeps readings.");
    }

    private static String time(long nanos) {
        return MILLIS.format(Display.instant(nanos));
    }

    private static String number(double value) {
        return Double.isNaN(value) ? "-" : Display.value(new Value.F64(value));
    }

    private static Object plain(Value value) {
        if (value instanceof Value.F64 number) {
            return number.value();
        } else if (value instanceof Value.I64 number) {
            return number.value();
        } else if (value instanceof Value.Bool bool) {
            return bool.value();
        }
        return value.asText();
    }
}

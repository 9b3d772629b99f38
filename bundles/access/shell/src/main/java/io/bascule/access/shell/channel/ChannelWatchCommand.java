/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.access.shell.channel;

import io.bascule.access.shell.Display;
import io.bascule.access.shell.Json;
import io.bascule.api.channel.Batch;
import io.bascule.api.channel.Channel;
import io.bascule.api.channel.ChannelRegistry;
import io.bascule.api.channel.Reading;
import io.bascule.api.security.NamePattern;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.karaf.shell.api.action.Argument;
import org.apache.karaf.shell.api.action.Command;
import org.apache.karaf.shell.api.action.Completion;
import org.apache.karaf.shell.api.action.Option;
import org.apache.karaf.shell.api.action.lifecycle.Service;
import org.apache.karaf.shell.support.CommandException;
import org.jspecify.annotations.Nullable;

/** {@code bascule:channel-watch}. */
@Service
@Command(
        scope = "bascule",
        name = "channel-watch",
        description = "Prints readings as they come, until the count or the time is reached or Ctrl-C",
        detailedDescription = """
                A terminal that is slower than the channels misses readings rather
                than holding them back; the last line says how many.

                Examples:
                  bascule:channel-watch 'press1/*'
                  bascule:channel-watch --count 5 --seconds 60 press1/temperature""")
public final class ChannelWatchCommand extends ChannelCommand {

    /** Batches that may wait for the terminal. */
    private static final int WAITING_MAX = 256;

    @Argument(name = "pattern", description = "Which channels", required = true)
    @Completion(ChannelNames.class)
    String pattern = "";

    @Option(name = "--count", description = "Stop after so many readings; 0 for no limit")
    long count;

    @Option(name = "--seconds", description = "Stop after so many seconds; 0 for no limit")
    long seconds = 30;

    @Option(name = "--json", description = "Print JSON for programs, one object a line")
    boolean json;

    @Override
    protected void run() throws CommandException, InterruptedException {
        BlockingQueue<Batch> waiting = new ArrayBlockingQueue<>(WAITING_MAX);
        AtomicLong missed = new AtomicLong();
        // The listener runs on the driver's thread: it must not wait for a terminal.
        ChannelRegistry.Subscription subscription = registry().subscribe(List.of(NamePattern.of(pattern)), batch -> {
            if (!waiting.offer(batch)) {
                missed.addAndGet(batch.size());
            }
        });
        long printed;
        try {
            printed = print(waiting);
        } finally {
            subscription.close();
        }
        if (!json) {
            console().println(printed + " readings" + (missed.get() == 0 ? "" : ", " + missed.get() + " missed"));
        }
    }

    private long print(BlockingQueue<Batch> waiting) throws CommandException, InterruptedException {
        long endNanos = System.nanoTime() + TimeUnit.SECONDS.toNanos(seconds);
        long printed = 0;
        while (true) {
            long leftNanos = seconds == 0 ? Long.MAX_VALUE : endNanos - System.nanoTime();
            @Nullable Batch batch = leftNanos <= 0 ? null : waiting.poll(leftNanos, TimeUnit.NANOSECONDS);
            if (batch == null) {
                return printed;
            }
            for (Reading reading : batch.readings()) {
                line(reading);
                printed++;
                if (printed == count) {
                    return printed;
                }
            }
            console().flush();
        }
    }

    private void line(Reading reading) throws CommandException {
        Optional<Channel> channel = registry().find(reading.channel());
        if (channel.isEmpty()) {
            return;
        }
        if (json) {
            console().println(Json.text(facts(channel.get(), reading)));
            return;
        }
        console()
                .println(
                        Display.time(reading.timeNanos()) + "  " + channel.get().name() + " = "
                                + Display.value(reading) + " " + channel.get().unit() + "  "
                                + reading.quality().word());
    }
}

/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.access.shell;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import io.bascule.access.shell.ShellHarness.Result;
import io.bascule.api.channel.Batch;
import io.bascule.api.channel.Channel;
import io.bascule.api.channel.ChannelRegistry;
import io.bascule.api.channel.ChannelWriter;
import io.bascule.api.channel.Quality;
import io.bascule.api.channel.Value;
import io.bascule.api.channel.ValueKind;
import io.bascule.api.security.Subject;
import io.bascule.testkit.Await;
import io.bascule.testkit.FakeChannelRegistry;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class ChannelCommandsTest {

    private static final long TIME = TimeUnit.SECONDS.toNanos(1_769_860_800L);

    private final FakeChannelRegistry registry = new FakeChannelRegistry();
    private final List<String> written = new ArrayList<>();
    private final ChannelWriter writer = this::write;
    private final AtomicInteger subscribers = new AtomicInteger();
    private final ShellHarness shell = new ShellHarness(countingSubscribers(), writer);

    /** The fake registry, with a count of open subscriptions. */
    private ChannelRegistry countingSubscribers() {
        return (ChannelRegistry) Proxy.newProxyInstance(
                ChannelRegistry.class.getClassLoader(),
                new Class<?>[] {ChannelRegistry.class},
                (proxy, method, args) -> {
                    Object result = method.invoke(registry, args);
                    if (result instanceof ChannelRegistry.Subscription subscription) {
                        subscribers.incrementAndGet();
                        return (ChannelRegistry.Subscription) () -> {
                            subscribers.decrementAndGet();
                            subscription.close();
                        };
                    }
                    return result;
                });
    }

    private List<ChannelWriter.Result> write(Subject subject, List<ChannelWriter.Write> writes) {
        List<ChannelWriter.Result> results = new ArrayList<>();
        for (ChannelWriter.Write write : writes) {
            boolean isDenied = write.channel().startsWith("safety/");
            written.add(subject + " " + write.channel() + " " + write.value().asText());
            results.add(new ChannelWriter.Result(
                    write.channel(),
                    isDenied ? Quality.BAD_USER_ACCESS_DENIED : Quality.GOOD,
                    isDenied ? "operator:ada may not write safety channels" : ""));
        }
        return results;
    }

    @BeforeEach
    void openChannels() {
        Channel temperature = registry.openVirtual("press1/temperature", ValueKind.F64, "degC");
        registry.openVirtual("safety/valve", ValueKind.BOOL, "");
        registry.publishVirtual(
                Batch.builder(1).add(temperature.handle(), 73.96732207, TIME).build());
    }

    @AfterEach
    void close() {
        shell.close();
    }

    @Test
    void theListShowsValuesAndChannelsThatNeverHadOne() {
        Result result = shell.run("bascule:channel-list");
        assertEquals(3, result.lines().size(), result.output());
        assertTrue(
                result.lines().get(1).matches("press1/temperature +f64 +73.9673 +degC +good +2026-01-31 12:00:00"),
                result.output());
        assertTrue(result.lines().get(2).matches("safety/valve +bool +- .*-"), result.output());
        for (String line : result.lines()) {
            assertTrue(line.length() <= Table.LINE_WIDTH, line);
        }
    }

    @Test
    void aPatternSelects() {
        assertEquals(2, shell.run("bascule:channel-list 'press1/*'").lines().size());
        assertTrue(shell.run("bascule:channel-list 'nowhere/*'").output().contains("No channels match"));
    }

    @Test
    void readGivesTheLastReadingExactlyToPrograms() {
        assertEquals(
                "press1/temperature = 73.9673 degC  good  2026-01-31 12:00:00",
                shell.run("bascule:channel-read press1/temperature").output().trim());
        JsonObject facts = JsonParser.parseString(shell.run("bascule:channel-read --json press1/temperature")
                        .output())
                .getAsJsonArray()
                .get(0)
                .getAsJsonObject();
        assertEquals(73.96732207, facts.get("value").getAsDouble());
        assertEquals(TIME, facts.get("timeNanos").getAsLong());
        assertTrue(shell.run("bascule:channel-read press9/x").error().contains("no channel 'press9/x'"));
    }

    @Test
    void writeGoesThroughTheWritePathUnderTheNameOfThePerson() {
        assertTrue(shell.run("bascule:channel-write press1/temperature 42.5").isOk());
        assertEquals(List.of("operator:ada press1/temperature 42.5"), written);
    }

    @Test
    void aRefusedWriteIsAnErrorWithTheReason() {
        assertEquals(
                "Not written to safety/valve (bad:user-access-denied): operator:ada may not write safety channels",
                shell.run("bascule:channel-write safety/valve true").error());
        assertTrue(shell.run("bascule:channel-write safety/valve perhaps")
                .error()
                .contains("'perhaps' is not a value of type bool"));
    }

    @Test
    void watchPrintsReadingsAsTheyComeAndStopsAtTheCount()
            throws ExecutionException, InterruptedException, TimeoutException {
        ExecutorService executor = Executors.newSingleThreadExecutor();
        try {
            Future<Result> watching =
                    executor.submit(() -> shell.run("bascule:channel-watch --count 2 --seconds 20 'press1/*'"));
            Await.until("the watch has subscribed", () -> subscribers.get() == 1);
            int handle = registry.find("press1/temperature").orElseThrow().handle();
            registry.publishVirtual(
                    Batch.builder(2).add(handle, 1, TIME).add(handle, 2, TIME).build());
            Result result = watching.get(20, TimeUnit.SECONDS);
            assertTrue(result.output().contains("press1/temperature = 1.0 degC  good"), result.output());
            assertTrue(result.output().contains("2 readings"), result.output());
            Await.until("the watch has unsubscribed", () -> subscribers.get() == 0);
        } finally {
            executor.shutdownNow();
        }
    }

    @Test
    void watchEndsByItselfWhenNothingComes() {
        assertEquals(
                "0 readings",
                shell.run("bascule:channel-watch --seconds 1 nothing/here")
                        .output()
                        .trim());
    }

    @Test
    void valuesThatJsonCannotHoldBecomeNull() {
        int handle = registry.find("press1/temperature").orElseThrow().handle();
        registry.publishVirtual(Batch.builder(1).add(handle, Double.NaN, TIME).build());
        assertTrue(JsonParser.parseString(shell.run("bascule:channel-read --json press1/temperature")
                        .output())
                .getAsJsonArray()
                .get(0)
                .getAsJsonObject()
                .get("value")
                .isJsonNull());
        assertEquals("NaN", Display.value(new Value.F64(Double.NaN)));
    }
}

/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.testkit.store;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.bascule.api.channel.Batch;
import io.bascule.api.channel.Channel;
import io.bascule.api.channel.Quality;
import io.bascule.api.channel.Reading;
import io.bascule.api.channel.Value;
import io.bascule.api.channel.ValueKind;
import io.bascule.api.store.Bucket;
import io.bascule.api.store.BucketQuery;
import io.bascule.api.store.ReadingPage;
import io.bascule.api.store.ReadingQuery;
import io.bascule.api.store.ReadingStore;
import io.bascule.api.store.StoreException;
import io.bascule.api.store.StoredReading;
import io.bascule.testkit.FakeChannelRegistry;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** What every {@link ReadingStore} does. A test inherits it, opens a store, and closes it again after each test. */
public abstract class ReadingStoreContract {

    /** The time of the first reading: far from now, so that nothing depends on the clock. */
    protected static final long START = 1_700_000_000_000_000_000L;

    private static final long SECOND = TimeUnit.SECONDS.toNanos(1);
    private static final int WAIT_SECONDS = 20;

    /** The registry that the store looks channels up in. */
    protected final FakeChannelRegistry channels = new FakeChannelRegistry();

    /** Returns the store under test, opened if it is not. Nothing in it may be removed by age. */
    protected abstract ReadingStore store() throws Exception;

    /** Closes the store and opens what it left behind. */
    protected abstract ReadingStore reopened() throws Exception;

    private Channel channel(String name, ValueKind kind) {
        return channels.openVirtual(name, kind, "");
    }

    /** Appends and waits for the answer. */
    protected static int append(ReadingStore store, Batch batch) throws Exception {
        try {
            return store.append(batch).get(WAIT_SECONDS, TimeUnit.SECONDS);
        } catch (ExecutionException e) {
            if (e.getCause() instanceof StoreException refused) {
                throw refused;
            }
            throw e;
        }
    }

    private static List<StoredReading> all(ReadingStore store, String channel) throws StoreException {
        ReadingPage page =
                store.query(ReadingQuery.of(channel, Long.MIN_VALUE, Long.MAX_VALUE, ReadingQuery.LIMIT_MAX));
        assertNull(page.next());
        return page.readings();
    }

    @Test
    void everyKindOfValueComesBackAsItWas() throws Exception {
        List<Value> values = List.of(
                new Value.F64(-1.5),
                new Value.F64(Double.NaN),
                new Value.F64(Double.NEGATIVE_INFINITY),
                new Value.I64(Long.MIN_VALUE),
                new Value.I64((1L << 53) + 1),
                new Value.Bool(true),
                new Value.Bool(false),
                new Value.Text(""),
                new Value.Text("caf\u00e9 \"x\", '; DROP TABLE reading"),
                new Value.Bytes(new byte[] {0, -1}),
                new Value.Bytes(new byte[0]));
        for (int i = 0; i < values.size(); i++) {
            Channel channel = channel("kinds/c" + i, values.get(i).kind());
            Reading reading = new Reading(channel.handle(), values.get(i), Quality.BAD_SENSOR_FAILURE, START + i);
            assertEquals(1, append(store(), Batch.of(reading)));
            StoredReading expected = new StoredReading(START + i, values.get(i), Quality.BAD_SENSOR_FAILURE);
            assertEquals(List.of(expected), all(store(), channel.name()));
        }
    }

    @Test
    void whatWasAcknowledgedIsThereAfterReopening() throws Exception {
        Channel channel = channel("machine/temperature", ValueKind.F64);
        append(store(), Batch.builder(2).add(channel.handle(), 1.0, START).build());
        append(store(), Batch.builder(2).add(channel.handle(), 2.0, START + 1).build());
        ReadingStore again = reopened();
        assertEquals(List.of(1.0, 2.0), numbers(all(again, channel.name())));
        append(again, Batch.builder(2).add(channel.handle(), 3.0, START + 2).build());
        assertEquals(List.of(1.0, 2.0, 3.0), numbers(all(again, channel.name())));
        assertEquals(List.of(channel.name()), again.channels());
    }

    @Test
    void readingsComeInOrderOfTimeAndThoseOfOneTimeInOrderOfAppending() throws Exception {
        int handle = channel("order/c", ValueKind.F64).handle();
        append(
                store(),
                Batch.builder(4)
                        .add(handle, 3, START + 20)
                        .add(handle, 1, START + 10)
                        .add(handle, 2, START + 10)
                        .build());
        append(store(), Batch.builder(1).add(handle, 0, START - 5 * SECOND).build());
        assertEquals(List.of(0.0, 1.0, 2.0, 3.0), numbers(all(store(), "order/c")));
    }

    @Test
    void aRangeHoldsItsBeginningAndNotItsEnd() throws Exception {
        int handle = channel("range/c", ValueKind.F64).handle();
        Batch.Builder batch = Batch.builder(10);
        for (int i = 0; i < 10; i++) {
            batch.add(handle, i, START + i);
        }
        append(store(), batch.build());
        ReadingPage page = store().query(ReadingQuery.of("range/c", START + 3, START + 6, 100));
        assertEquals(List.of(3.0, 4.0, 5.0), numbers(page.readings()));
        assertTrue(store().query(ReadingQuery.of("range/c", START + 3, START + 3, 100))
                .readings()
                .isEmpty());
        assertTrue(store().query(ReadingQuery.of("never/heard", START, START + 9, 100))
                .readings()
                .isEmpty());
    }

    @Test
    void pagesHoldEveryReadingOnceAlsoWhenManyAreOfOneTime() throws Exception {
        int handle = channel("pages/c", ValueKind.F64).handle();
        Batch.Builder batch = Batch.builder(25);
        for (int i = 0; i < 25; i++) {
            batch.add(handle, i, START + i / 10);
        }
        append(store(), batch.build());
        List<Double> seen = new ArrayList<>();
        ReadingQuery query = ReadingQuery.of("pages/c", START, START + 100, 4);
        ReadingPage page = store().query(query);
        for (ReadingPage.Cursor next = page.next(); next != null; next = page.next()) {
            assertEquals(4, page.readings().size());
            seen.addAll(numbers(page.readings()));
            page = store().query(query.from(next));
        }
        seen.addAll(numbers(page.readings()));
        assertEquals(
                java.util.stream.IntStream.range(0, 25)
                        .mapToObj(i -> (double) i)
                        .toList(),
                seen);
    }

    @Test
    void bucketsSumUpWhatIsGoodEnoughAndCountTheRest() throws Exception {
        int handle = channel("sums/c", ValueKind.F64).handle();
        append(
                store(),
                Batch.builder(8)
                        .add(handle, 1, START)
                        .add(handle, 3, START + SECOND - 1)
                        .add(handle, ValueKind.F64, Quality.UNCERTAIN, START + 5, Double.doubleToRawLongBits(100))
                        .add(handle, ValueKind.F64, Quality.BAD_TIMEOUT, START + 6, Double.doubleToRawLongBits(-7))
                        .add(handle, Double.NaN, START + 7)
                        .add(handle, 10, START + 3 * SECOND)
                        .add(handle, ValueKind.F64, Quality.BAD, START + 4 * SECOND, 0)
                        .build());
        BucketQuery good = new BucketQuery("sums/c", START, START + 5 * SECOND, SECOND, Quality.Level.GOOD);
        assertEquals(
                List.of(
                        new Bucket(START, 2, 3, 1, 3, 2),
                        new Bucket(START + 3 * SECOND, 1, 0, 10, 10, 10),
                        new Bucket(START + 4 * SECOND, 0, 1, Double.NaN, Double.NaN, Double.NaN)),
                store().summarize(good));
        BucketQuery usable = new BucketQuery("sums/c", START, START + SECOND, SECOND, Quality.Level.UNCERTAIN);
        List<Bucket> buckets = store().summarize(usable);
        assertEquals(1, buckets.size());
        assertEquals(3, buckets.get(0).count());
        assertEquals(100, buckets.get(0).max());
        assertEquals(104 / 3.0, buckets.get(0).average(), 1e-12);
    }

    @Test
    void bucketsTakeBoolsAndHugeWholeNumbersAndNoText() throws Exception {
        int bool = channel("sums/bool", ValueKind.BOOL).handle();
        int whole = channel("sums/whole", ValueKind.I64).handle();
        int text = channel("sums/text", ValueKind.TEXT).handle();
        append(
                store(),
                Batch.of(
                        new Reading(bool, new Value.Bool(true), Quality.GOOD, START),
                        new Reading(bool, new Value.Bool(false), Quality.GOOD, START + 1),
                        new Reading(whole, new Value.I64(Long.MAX_VALUE), Quality.GOOD, START),
                        new Reading(whole, new Value.I64(Long.MAX_VALUE), Quality.GOOD, START + 1),
                        new Reading(text, new Value.Text("9"), Quality.GOOD, START)));
        assertEquals(List.of(new Bucket(START, 2, 0, 0, 1, 0.5)), second("sums/bool"));
        assertEquals((double) Long.MAX_VALUE, second("sums/whole").get(0).average());
        assertEquals(List.of(new Bucket(START, 0, 1, Double.NaN, Double.NaN, Double.NaN)), second("sums/text"));
        assertEquals(List.of(), second("never/heard"));
    }

    private List<Bucket> second(String channel) throws Exception {
        return store().summarize(new BucketQuery(channel, START, START + SECOND, SECOND, Quality.Level.GOOD));
    }

    @Test
    void readingsOfUnknownChannelsAreLeftOutAndCounted() throws Exception {
        int handle = channel("known/c", ValueKind.F64).handle();
        Batch batch = Batch.builder(2)
                .add(handle, 1, START)
                .add(handle + 1000, 2, START)
                .build();
        assertEquals(1, append(store(), batch));
        assertEquals(1, store().figures().unknown());
        assertEquals(1, store().figures().stored());
        assertEquals(0, append(store(), Batch.EMPTY));
    }

    @Test
    void csvHasALineForEachReadingAndQuotesWhatNeedsIt() throws Exception {
        int number = channel("csv/number", ValueKind.F64).handle();
        int text = channel("csv/text", ValueKind.TEXT).handle();
        append(
                store(),
                Batch.of(
                        new Reading(number, new Value.F64(0.5), Quality.GOOD, START + 1),
                        new Reading(number, new Value.F64(7), Quality.BAD_TIMEOUT, START),
                        new Reading(text, new Value.Text("a \"b\",\nc"), Quality.UNCERTAIN, START)));
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        long count = store().exportCsv(List.of("csv/number", "never/heard", "csv/text"), START, START + SECOND, out);
        assertEquals(3, count);
        assertEquals(
                ReadingStore.CSV_HEADER + "\r\n"
                        + "2023-11-14T22:13:20.000000000Z,csv/number,f64,7.0,bad:timeout\r\n"
                        + "2023-11-14T22:13:20.000000001Z,csv/number,f64,0.5,good\r\n"
                        + "2023-11-14T22:13:20.000000000Z,csv/text,text,\"a \"\"b\"\",\nc\",uncertain\r\n",
                out.toString(StandardCharsets.UTF_8));
    }

    @Test
    void questionsOutOfRangeAreRefused() {
        assertThrows(IllegalArgumentException.class, () -> ReadingQuery.of("a", 1, 0, 1));
        assertThrows(IllegalArgumentException.class, () -> ReadingQuery.of("a", 0, 1, 0));
        assertThrows(IllegalArgumentException.class, () -> ReadingQuery.of("no name", 0, 1, 1));
        assertThrows(
                IllegalArgumentException.class, () -> new BucketQuery("a", 0, Long.MAX_VALUE, 1, Quality.Level.GOOD));
        assertThrows(IllegalArgumentException.class, () -> new BucketQuery("a", 0, 1, 1, Quality.Level.BAD));
        assertThrows(
                IllegalArgumentException.class,
                () -> new BucketQuery("a", Long.MIN_VALUE, Long.MAX_VALUE, Long.MAX_VALUE, Quality.Level.GOOD));
    }

    @Test
    void figuresSayHowMuchThereIs() throws Exception {
        assertEquals(0, append(store(), Batch.EMPTY));
        ReadingStore.Figures figures = store().figures();
        assertNotNull(figures.problem());
        assertTrue(figures.bytesMax() > 0);
        assertEquals(0, figures.refused());
    }

    private static List<Double> numbers(List<StoredReading> readings) {
        return readings.stream().map(r -> ((Value.F64) r.value()).value()).toList();
    }
}

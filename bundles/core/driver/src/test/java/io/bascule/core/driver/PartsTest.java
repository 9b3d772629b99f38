/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.core.driver;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.bascule.api.channel.Quality;
import io.bascule.api.channel.ValueKind;
import io.bascule.api.channel.driver.ChannelConfig;
import io.bascule.api.channel.driver.ConnectionState;
import io.bascule.api.channel.driver.ScanFigures;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The runtime's small parts by themselves: states, back-off, scan clock, scaling and filters. */
class PartsTest {

    private static final long MS = 1_000_000;

    @ParameterizedTest(name = "{0} takes {1}: {2}")
    @CsvSource({
        "DISCONNECTED, ATTEMPT, CONNECTING",
        "DISCONNECTED, ANSWER, -",
        "DISCONNECTED, FAILURE, -",
        "DISCONNECTED, STOP, CLOSED",
        "CONNECTING, ATTEMPT, -",
        "CONNECTING, ANSWER, CONNECTED",
        "CONNECTING, FAILURE, BACKING_OFF",
        "CONNECTING, STOP, CLOSED",
        "CONNECTED, ATTEMPT, -",
        "CONNECTED, ANSWER, -",
        "CONNECTED, FAILURE, BACKING_OFF",
        "CONNECTED, STOP, CLOSED",
        "BACKING_OFF, ATTEMPT, CONNECTING",
        "BACKING_OFF, ANSWER, -",
        "BACKING_OFF, FAILURE, -",
        "BACKING_OFF, STOP, CLOSED",
        "CLOSED, ATTEMPT, -",
        "CLOSED, ANSWER, -",
        "CLOSED, FAILURE, -",
        "CLOSED, STOP, CLOSED"
    })
    void everyStateTakesEveryEventAsTheTableSays(ConnectionState state, Connection.Event event, String next) {
        String found =
                String.valueOf(Connection.TABLE.getOrDefault(state, Map.of()).get(event));
        assertEquals(next.equals("-") ? "null" : next, found);
    }

    @Test
    void aConnectionRefusesWhatItsTableDoesNotHave() {
        Connection connection = new Connection();
        assertThrows(IllegalStateException.class, () -> connection.move(Connection.Event.ANSWER));
        connection.move(Connection.Event.ATTEMPT);
        connection.move(Connection.Event.ANSWER);
        assertTrue(connection.isConnected());
    }

    @Test
    void theBackOffDoublesUpToItsLimitAndStartsAgainAfterASuccess() {
        BackOff backOff = new BackOff(Duration.ofMillis(100), Duration.ofSeconds(1), () -> 0);
        List<Long> waits = new ArrayList<>();
        for (int i = 0; i < 6; i++) {
            waits.add(backOff.failed() / MS);
        }
        assertEquals(List.of(100L, 200L, 400L, 800L, 1000L, 1000L), waits);
        for (int i = 0; i < 100; i++) {
            assertEquals(1000 * MS, backOff.failed());
        }
        backOff.succeeded();
        assertEquals(100 * MS, backOff.failed());
        assertEquals(1, backOff.failures());
    }

    @Test
    void chanceShortensTheBackOffByAQuarterAtMost() {
        BackOff backOff = new BackOff(Duration.ofSeconds(1), Duration.ofSeconds(1), () -> 1);
        assertEquals(750 * MS, backOff.failed());
    }

    @Test
    void scansLieOnAGridAndOneThatIsLateDoesNotMoveTheNext() {
        ScanClock clock = new ScanClock("g", 100 * MS, 5, 1, 30 * MS, 1000 * MS);
        assertEquals(1030 * MS, clock.due());
        clock.begin(1037 * MS);
        clock.end(1050 * MS);
        assertEquals(1130 * MS, clock.due());
        ScanFigures figures = clock.figures();
        assertEquals(7 * MS, figures.jitterLastNanos());
        assertEquals(13 * MS, figures.durationLastNanos());
        assertEquals(0, figures.skipped());
    }

    @Test
    void aScanThatTakesTooLongCountsAsOverrunAndWhatItCoversIsLeftOut() {
        ScanClock clock = new ScanClock("g", 100 * MS, 5, 1, 0, 1000 * MS);
        clock.begin(1000 * MS);
        clock.end(1350 * MS);
        // 1100 and 1200 have gone by; the one of 1300 is begun late.
        assertEquals(1300 * MS, clock.due());
        assertEquals(1, clock.figures().overruns());
        assertEquals(2, clock.figures().skipped());
        clock.begin(1350 * MS);
        clock.end(1360 * MS);
        assertEquals(50 * MS, clock.figures().jitterLastNanos());
        assertEquals(1400 * MS, clock.due());
    }

    @Test
    void figuresAreOfTheLastScansOnly() {
        ScanClock clock = new ScanClock("g", 10 * MS, 1, 1, 0, 0);
        for (int i = 0; i < 2000; i++) {
            long late = i < 1000 ? 5 * MS : i % 100 == 0 ? 2 * MS : MS;
            clock.begin(clock.due() + late);
            clock.end(clock.due() + late);
        }
        ScanFigures figures = clock.figures();
        assertEquals(2000, figures.scans());
        assertEquals(100, figures.perSecond(), 0.1);
        assertTrue(figures.jitterP99Nanos() <= 2 * MS, figures.toString());
    }

    private static ChannelConfig config(Map<String, String> options) {
        return new ChannelConfig("c", "a", options, "");
    }

    @Test
    void scalingGoesThereAndBack() {
        Scaling scaling = Scaling.of(config(Map.of("scale", "0.1", "offset", "-40")));
        assertEquals(-15, scaling.fromRaw(250), 1e-12);
        assertEquals(250, scaling.toRaw(-15), 1e-9);
        assertTrue(Scaling.of(config(Map.of())).isNone());
        assertThrows(IllegalArgumentException.class, () -> Scaling.of(config(Map.of("scale", "0"))));
    }

    private static FilterState filter(Map<String, String> options) {
        return new FilterState(Filter.of(config(options)), ValueKind.F64);
    }

    private static boolean passes(FilterState filter, double value, long millis) {
        return filter.passes(Double.doubleToRawLongBits(value), Quality.GOOD, millis, millis * MS);
    }

    @Test
    void aDeadbandIsMeasuredFromTheValueLastPublished() {
        FilterState filter = filter(Map.of("deadband", "1"));
        assertTrue(passes(filter, 10, 0));
        assertFalse(passes(filter, 10.6, 1));
        assertFalse(passes(filter, 11, 2));
        assertTrue(passes(filter, 11.2, 3));
        assertFalse(passes(filter, 10.5, 4));
        assertTrue(passes(filter, Double.NaN, 5));
        assertFalse(passes(filter, Double.NaN, 6));
        assertTrue(passes(filter, 10, 7));
    }

    @Test
    void aDeadbandInPercentIsOfTheValueLastPublished() {
        FilterState filter = filter(Map.of("deadband", "10%"));
        assertTrue(passes(filter, 200, 0));
        assertFalse(passes(filter, 220, 1));
        assertTrue(passes(filter, 179, 2));
    }

    @Test
    void aChangeOfQualityPassesEveryFilter() {
        FilterState filter = filter(Map.of("deadband", "100", "minInterval", "1h"));
        assertTrue(passes(filter, 1, 0));
        assertTrue(filter.passes(Double.doubleToRawLongBits(1), Quality.UNCERTAIN_SENSOR_NOT_ACCURATE, 1, MS));
    }

    @Test
    void theLastReadingWithinTheShortestIntervalIsPublishedAtItsEnd() {
        FilterState filter = filter(Map.of("minInterval", "100ms"));
        assertTrue(passes(filter, 1, 0));
        assertFalse(passes(filter, 2, 10));
        assertFalse(passes(filter, 3, 20));
        assertFalse(filter.isDue(99 * MS));
        assertTrue(filter.isDue(100 * MS));
        assertEquals(3, Double.longBitsToDouble(filter.waitingBits()));
        assertEquals(20, filter.waitingTime());
    }

    @Test
    void theLongestIntervalPublishesWhatHasNotChanged() {
        FilterState filter = filter(Map.of("deadband", "5", "maxInterval", "1s"));
        assertTrue(passes(filter, 1, 0));
        assertFalse(passes(filter, 2, 999));
        assertTrue(passes(filter, 2, 1000));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "deadband | 3x | is neither a number",
                "deadband | -1 | is not 0 or more",
                "minInterval | 5 | is not a time"
            })
    void aWrongFilterSaysWhatIsWrong(String option, String value, String message) {
        IllegalArgumentException problem =
                assertThrows(IllegalArgumentException.class, () -> Filter.of(config(Map.of(option, value))));
        assertTrue(String.valueOf(problem.getMessage()).contains(message), problem.getMessage());
    }
}

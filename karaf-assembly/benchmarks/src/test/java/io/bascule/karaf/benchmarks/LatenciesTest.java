/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.karaf.benchmarks;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

/** Figures read from the histogram are those of the durations that went in. */
class LatenciesTest {

    @Test
    void quantilesAreNeverTooSmallAndAtMostASixteenthTooLarge() {
        for (long value = 1; value < Long.MAX_VALUE / 3; value *= 3) {
            Latencies latencies = new Latencies();
            latencies.add(value);
            long told = latencies.quantile(1);
            assertTrue(told >= value && told <= value + value / 16 + 1, value + " was told as " + told);
        }
    }

    @Test
    void theNinetyNinthOfAHundredIsNotTheHundredth() {
        Latencies latencies = new Latencies();
        for (int i = 0; i < 99; i++) {
            latencies.add(10);
        }
        latencies.add(1_000_000);
        assertEquals(10, latencies.quantile(0.5));
        assertEquals(10, latencies.quantile(0.99));
        assertTrue(latencies.quantile(1) >= 1_000_000);
        assertEquals(0, new Latencies().quantile(1));
    }

    @Test
    void theTextCarriesEverythingAndADifferenceIsWhatCameBetween() {
        Latencies latencies = new Latencies();
        latencies.add(500);
        Latencies before = Latencies.parse(latencies.text());
        latencies.add(7);
        latencies.add(0);
        Latencies between = Latencies.parse(latencies.text()).since(before);
        assertEquals(7, between.quantile(1));
        assertEquals(0, between.quantile(0.5));
        assertEquals("", new Latencies().text());
    }
}

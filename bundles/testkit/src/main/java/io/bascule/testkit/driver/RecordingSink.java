/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.testkit.driver;

import io.bascule.api.channel.Batch;
import io.bascule.api.channel.Quality;
import io.bascule.api.channel.Reading;
import io.bascule.api.channel.Value;
import io.bascule.api.channel.driver.ReadingSink;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Keeps what a driver tells. */
public final class RecordingSink implements ReadingSink {

    private final List<Reading> readings = new ArrayList<>();
    private final Map<Integer, Quality> missing = new TreeMap<>();

    /** Returns the readings in order; the handle is the index and 1. */
    public Batch batch() {
        Batch.Builder batch = Batch.builder(readings.size());
        readings.forEach(batch::add);
        return batch.build();
    }

    /** Returns the last value of an address. */
    public Value value(int index) {
        return readings.stream()
                .filter(r -> r.channel() == index + 1)
                .reduce((a, b) -> b)
                .orElseThrow(() -> new AssertionError("nothing was told of " + index + " but " + missing))
                .value();
    }

    /** Returns why addresses have no value. */
    public Map<Integer, Quality> missing() {
        return missing;
    }

    @Override
    public void value(int index, Value value, Quality quality, long timeNanos) {
        readings.add(new Reading(index + 1, value, quality, timeNanos));
    }

    @Override
    public void none(int index, Quality quality) {
        missing.put(index, quality);
    }
}

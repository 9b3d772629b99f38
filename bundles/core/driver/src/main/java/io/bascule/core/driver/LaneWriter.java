/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.core.driver;

import io.bascule.api.channel.Quality;
import io.bascule.api.channel.Reading;
import io.bascule.api.channel.Value;
import io.bascule.api.channel.ValueKind;
import io.bascule.api.channel.driver.Address;
import io.bascule.api.channel.driver.Driver;
import io.bascule.api.channel.driver.DriverException;
import io.bascule.api.channel.driver.ReadPlan;
import io.bascule.api.channel.driver.ReadingSink;
import io.bascule.api.channel.spi.DeviceWriter;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Takes writes to a device: checks and scales them on the writer's thread, hands them to the lane and waits for its answer,
 * within a bound. {@link #execute} is the lane's part.
 *
 * @param <A> the driver's addresses
 */
final class LaneWriter<A extends Address> implements DeviceWriter {

    private static final Duration WAIT_MAX = Duration.ofSeconds(60);
    /** Two floats of single precision that are equal differ by less, relative to their size. */
    private static final double TOLERANCE = 1e-6;

    private static final double LONG_LIMIT = 0x1p63;

    private final DeviceModel<A> model;
    private final Lane<A> lane;
    private final Map<Integer, Integer> byHandle = new HashMap<>();
    private final Map<Integer, ReadPlan> readBackPlans = new HashMap<>();

    LaneWriter(DeviceModel<A> model, Lane<A> lane) {
        this.model = model;
        this.lane = lane;
    }

    /** Called once with the handles of the model's channels, before the device can be written. */
    void open(int[] handles) {
        for (int i = 0; i < handles.length; i++) {
            byHandle.put(handles[i], i);
        }
    }

    @Override
    public List<Quality> write(List<Reading> values) {
        @Nullable Quality[] answers = new Quality[values.size()];
        int[] channels = new int[values.size()];
        int[] places = new int[values.size()];
        List<Value> raw = new ArrayList<>();
        for (int i = 0; i < answers.length; i++) {
            Integer channel = byHandle.get(values.get(i).channel());
            Quality problem = channel == null
                    ? Quality.BAD_NODE_ID_UNKNOWN
                    : convert(model.channels().get(channel), values.get(i).value(), raw);
            answers[i] = problem;
            if (problem == null && channel != null) {
                places[raw.size() - 1] = i;
                channels[raw.size() - 1] = channel;
            }
        }
        if (!raw.isEmpty()) {
            List<Quality> told = toLane(new WriteTask(Arrays.copyOf(channels, raw.size()), raw));
            for (int i = 0; i < told.size(); i++) {
                answers[places[i]] = told.get(i);
            }
        }
        return Arrays.stream(answers).map(a -> a == null ? Quality.BAD : a).toList();
    }

    private List<Quality> toLane(WriteTask task) {
        if (!lane.accept(task)) {
            task.fail(Quality.BAD_NOT_CONNECTED);
        }
        try {
            long requests = lane.requestsMax() + 2L * task.size() + 2;
            long nanos = Math.min(WAIT_MAX.toNanos(), requests * model.timeout().toNanos());
            return task.await(nanos);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            task.take();
            return Collections.nCopies(task.size(), Quality.BAD_TIMEOUT);
        }
    }

    /** Adds the raw value to {@code raw}, or returns why there is none. */
    private static @Nullable Quality convert(ConfiguredChannel<?> channel, Value value, List<Value> raw) {
        if (!channel.point().access().canWrite()) {
            return Quality.BAD_NOT_WRITABLE;
        }
        if (value.kind() != channel.point().kind()) {
            return Quality.BAD_TYPE_MISMATCH;
        }
        if (channel.scaling().isNone() || !(value instanceof Value.F64 number)) {
            raw.add(value);
            return null;
        }
        double scaled = channel.scaling().toRaw(number.value());
        if (channel.address().kind() == ValueKind.F64) {
            raw.add(new Value.F64(scaled));
            return null;
        }
        // Written so that NaN is out of range.
        if (!(Math.rint(scaled) >= -LONG_LIMIT && Math.rint(scaled) < LONG_LIMIT)) {
            return Quality.BAD_OUT_OF_RANGE;
        }
        raw.add(new Value.I64((long) Math.rint(scaled)));
        return null;
    }

    /**
     * Writes, and reads back what is to be read back.
     *
     * @throws DriverException when the connection was lost
     */
    List<Quality> execute(WriteTask task) throws DriverException, InterruptedException {
        List<A> addresses = new ArrayList<>();
        List<Value> values = new ArrayList<>();
        for (int i = 0; i < task.size(); i++) {
            addresses.add(model.channels().get(task.channel(i)).address());
            values.add(task.raw(i));
        }
        Driver<A> driver = model.driver();
        List<Quality> told =
                lane.call(task.size(), deadline -> driver.write(List.copyOf(addresses), List.copyOf(values), deadline));
        if (told.size() != task.size()) {
            throw new DriverException("the driver answered " + told.size() + " of " + task.size()
                    + " writes; this is a fault of the driver");
        }
        List<Quality> answers = new ArrayList<>(told);
        for (int i = 0; i < task.size(); i++) {
            boolean isToBeRead = model.channels().get(task.channel(i)).readBack();
            if (isToBeRead && told.get(i).level() == Quality.Level.GOOD) {
                answers.set(i, readBack(task.channel(i), task.raw(i)));
            }
        }
        return answers;
    }

    /** Returns good when the device has what was written, a bad quality that it gave, or uncertain when it has something else. */
    private Quality readBack(int channel, Value written) throws DriverException, InterruptedException {
        ReadPlan plan = readBackPlans.computeIfAbsent(channel, c -> model.driver()
                .plan(List.of(model.channels().get(c).address()), Duration.ZERO));
        LastValue last = new LastValue();
        lane.call(plan.requestsMax(), deadline -> plan.read(last, deadline));
        if (last.value == null || last.quality.level() == Quality.Level.BAD) {
            return last.quality;
        }
        return isSame(written, last.value) ? Quality.GOOD : Quality.UNCERTAIN;
    }

    private static boolean isSame(Value written, Value read) {
        if (written instanceof Value.F64 a && read instanceof Value.F64 b) {
            double difference = Math.abs(a.value() - b.value());
            return difference <= TOLERANCE * Math.max(Math.abs(a.value()), Math.abs(b.value()))
                    || Double.compare(a.value(), b.value()) == 0;
        }
        return written.equals(read);
    }

    /** Keeps what was read last. */
    private static final class LastValue implements ReadingSink {
        private @Nullable Value value;
        private Quality quality = Quality.BAD_TIMEOUT;

        @Override
        public void value(int index, Value read, Quality given, long timeNanos) {
            value = read;
            quality = given;
        }

        @Override
        public void none(int index, Quality given) {
            quality = given;
        }
    }
}

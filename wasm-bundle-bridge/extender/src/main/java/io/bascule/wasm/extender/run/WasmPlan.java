/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.wasm.extender.run;

import io.bascule.api.channel.Batch;
import io.bascule.api.channel.Quality;
import io.bascule.api.channel.ValueKind;
import io.bascule.api.channel.driver.Deadline;
import io.bascule.api.channel.driver.DriverException;
import io.bascule.api.channel.driver.ReadPlan;
import io.bascule.api.channel.driver.ReadingSink;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A read of some channels by a guest, at most as many in a call as it wants. Confined to the lane of its device. */
final class WasmPlan implements ReadPlan {

    private final WasmDriver driver;
    private final List<List<WasmAddress>> parts;
    private final int requestsMax;
    /** Of each part, for the instance they were made for: the records it is given, and the index of a number, -1 for none. */
    private final byte[][] records;

    private final int[][] indexes;
    private @Nullable DriverGuest preparedFor;

    WasmPlan(WasmDriver driver, List<List<WasmAddress>> parts, int requestsMax) {
        this.driver = driver;
        this.parts = parts;
        this.requestsMax = requestsMax;
        this.records = new byte[parts.size()][];
        this.indexes = new int[parts.size()][];
    }

    @Override
    public int requestsMax() {
        return requestsMax;
    }

    private void prepare() throws DriverException, InterruptedException {
        int from = 0;
        for (int i = 0; i < parts.size(); i++) {
            List<WasmAddress> part = parts.get(i);
            DriverGuest guest = driver.knowing(part);
            records[i] = guest.records(part);
            indexes[i] = new int[guest.size() + 1];
            java.util.Arrays.fill(indexes[i], -1);
            for (int k = 0; k < part.size(); k++) {
                indexes[i][guest.number(part.get(k))] = from + k;
            }
            from += part.size();
        }
        preparedFor = driver.present();
    }

    @Override
    public boolean read(ReadingSink sink, Deadline deadline) throws DriverException, InterruptedException {
        if (preparedFor != driver.present()) {
            prepare();
        }
        int millis = Math.max(1, deadline.remainingMillis() / requestsMax);
        for (int i = 0; i < parts.size(); i++) {
            byte[] part = records[i];
            int[] index = indexes[i];
            driver.call("poll", deadline, guest -> guest.poll(part, millis));
            driver.present().guest().host().commit(new DriverOutput(batch -> tell(batch, index, sink)));
        }
        return false;
    }

    /** What was not asked for is dropped. */
    private void tell(Batch batch, int[] index, ReadingSink sink) {
        for (int i = 0; i < batch.size(); i++) {
            int number = batch.channel(i);
            int at = number >= 0 && number < index.length ? index[number] : -1;
            if (at >= 0) {
                tell(batch, i, at, sink);
            }
        }
    }

    private void tell(Batch batch, int i, int at, ReadingSink sink) {
        Quality quality = batch.quality(i);
        ValueKind kind = address(at).kind();
        if (quality.level() == Quality.Level.BAD) {
            sink.none(at, quality);
        } else if (batch.kind(i) != kind) {
            sink.none(at, Quality.BAD_TYPE_MISMATCH);
        } else if (kind == ValueKind.F64) {
            sink.f64(at, Double.longBitsToDouble(batch.valueBits(i)), quality, batch.timeNanos(i));
        } else if (kind == ValueKind.I64) {
            sink.i64(at, batch.valueBits(i), quality, batch.timeNanos(i));
        } else {
            sink.bool(at, batch.asDouble(i) != 0, quality, batch.timeNanos(i));
        }
    }

    private WasmAddress address(int at) {
        int size = parts.get(0).size();
        return parts.get(at / size).get(at % size);
    }
}

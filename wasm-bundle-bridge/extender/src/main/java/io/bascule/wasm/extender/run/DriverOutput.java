/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.wasm.extender.run;

import io.bascule.api.channel.Batch;
import io.bascule.api.channel.alert.Alert;
import io.bascule.api.module.spi.Output;
import java.util.function.Consumer;

/**
 * Takes the readings that a driver emitted. It can emit nothing else: the capability refuses messages and alerts of drivers.
 *
 * @param readings takes each batch
 */
record DriverOutput(Consumer<Batch> readings) implements Output {

    @Override
    public void readings(Batch batch) {
        readings.accept(batch);
    }

    @Override
    public void message(String topic, byte[] payload) {
        throw new IllegalStateException("a driver emitted a message on '" + topic + "', which its capability refuses");
    }

    @Override
    public void alert(Alert alert) {
        throw new IllegalStateException("a driver raised an alert, which its capability refuses: " + alert.text());
    }
}

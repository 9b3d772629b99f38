/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.api.module.spi;

import io.bascule.api.channel.Batch;
import io.bascule.api.channel.alert.Alert;
import org.osgi.annotation.versioning.ConsumerType;

/** Where an instance's outputs go. Called on the instance's thread after the call that made them has returned. */
@ConsumerType
public interface Output {

    /** Takes readings. May block as back-pressure. */
    void readings(Batch batch);

    /** Takes a message. May block as back-pressure. */
    void message(String topic, byte[] payload);

    /** Takes an alert. */
    void alert(Alert alert);

    /** Throws everything away: for self-tests. */
    Output NOWHERE = new Output() {
        @Override
        public void readings(Batch batch) {}

        @Override
        public void message(String topic, byte[] payload) {}

        @Override
        public void alert(Alert alert) {}
    };
}

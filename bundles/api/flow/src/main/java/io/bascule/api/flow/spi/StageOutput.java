/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.api.flow.spi;

import io.bascule.api.channel.Batch;
import org.osgi.annotation.versioning.ProviderType;

/** What a stage sends to. Safe for use by any thread; may block when a queue behind has the policy {@code block}. */
@ProviderType
public interface StageOutput {

    /** Sends readings to every stage behind. */
    void send(Batch batch);

    /** Sends a message to every stage behind. */
    void sendMessage(String topic, byte[] payload);
}

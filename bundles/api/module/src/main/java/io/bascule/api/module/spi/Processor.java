/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.api.module.spi;

import io.bascule.api.channel.Batch;
import io.bascule.api.module.ModuleException;
import org.osgi.annotation.versioning.ConsumerType;

/** An instance that turns batches into readings, messages and alerts, which leave through its context's output. */
@ConsumerType
public interface Processor extends Instance {

    /**
     * Processes a batch. Outputs leave when the call has returned, all or none.
     *
     * @throws ModuleException when the module failed; with {@code retryAfter} when the same batch may succeed later
     */
    void process(Batch batch) throws ModuleException;

    /**
     * Hands over a message, such as a command.
     *
     * @throws ModuleException when the module failed, or takes no messages
     */
    void message(String topic, byte[] payload) throws ModuleException;
}

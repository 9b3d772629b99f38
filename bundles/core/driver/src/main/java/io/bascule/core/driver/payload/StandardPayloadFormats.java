/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.core.driver.payload;

import io.bascule.api.channel.driver.ChannelConfig;
import io.bascule.api.channel.payload.Payload;
import io.bascule.api.channel.payload.PayloadField;
import io.bascule.api.channel.payload.PayloadFormats;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;

/** Raw text or bytes, JSON and CSV. */
@Component(name = "io.bascule.core.driver.payload")
public final class StandardPayloadFormats implements PayloadFormats {

    /** Has no state. */
    @Activate
    public StandardPayloadFormats() {}

    @Override
    public PayloadField field(ChannelConfig channel) {
        return ConfiguredField.of(channel);
    }

    @Override
    public Payload payload(byte[] bytes) {
        return new ReceivedPayload(bytes);
    }
}

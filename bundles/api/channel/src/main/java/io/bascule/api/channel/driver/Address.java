/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.api.channel.driver;

import io.bascule.api.channel.Channel;
import io.bascule.api.channel.ValueKind;
import org.osgi.annotation.versioning.ConsumerType;

/** Where a channel is at its device, as the driver understood it. Immutable; made by {@link Driver#address}. */
@ConsumerType
public interface Address {

    /** Returns the type of the values as the device has them, before scale and offset. */
    ValueKind kind();

    /** Returns what the device lets happen there. The configuration of a channel can allow less, never more. */
    Channel.Access access();
}

/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.wasm.extender.run;

import io.bascule.api.channel.Channel;
import io.bascule.api.channel.ValueKind;
import io.bascule.api.channel.driver.Address;

/**
 * Where a channel is at a device, as the guest understood it. Knows nothing of an instance, so that it outlives each.
 *
 * @param text as a person wrote it
 * @param kind the type of its values
 * @param access what the device lets happen there
 */
record WasmAddress(String text, ValueKind kind, Channel.Access access) implements Address {}

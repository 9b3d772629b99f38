/* SPDX-License-Identifier: Apache-2.0 */
/**
 * How a value stands in the payload of a message, for drivers whose devices send whole documents: HTTP, MQTT, CoAP.
 * {@link io.bascule.api.channel.payload.PayloadFormats} is the service, {@link io.bascule.api.channel.payload.PayloadField} where
 * the value of one channel is: the whole payload, at a JSON pointer (RFC 6901), or in a column of CSV. The service and its fields
 * are safe for use by any thread; a {@link io.bascule.api.channel.payload.Payload} is used by one thread at a time.
 */
@Export
@Version("1.0.0")
@NullMarked
package io.bascule.api.channel.payload;

import org.jspecify.annotations.NullMarked;
import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;

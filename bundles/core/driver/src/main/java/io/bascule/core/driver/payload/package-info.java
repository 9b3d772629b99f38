/* SPDX-License-Identifier: Apache-2.0 */
/**
 * How values stand in payloads: {@link io.bascule.core.driver.payload.StandardPayloadFormats} is the service,
 * {@link io.bascule.core.driver.payload.ConfiguredField} the place of one channel, {@link io.bascule.core.driver.payload.JsonTree}
 * and {@link io.bascule.core.driver.payload.CsvTable} the documents, {@link io.bascule.core.driver.payload.Conversion} what turns
 * text into values and back. Everything is immutable but {@link io.bascule.core.driver.payload.ReceivedPayload}, which is used by
 * one thread at a time.
 */
@NullMarked
package io.bascule.core.driver.payload;

import org.jspecify.annotations.NullMarked;

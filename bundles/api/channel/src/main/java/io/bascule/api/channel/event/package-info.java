/* SPDX-License-Identifier: Apache-2.0 */
/**
 * Typed events for EventAdmin: each is a record that knows its topic and its properties, so that handlers written
 * against plain EventAdmin and handlers written against the records see the same facts. Immutable.
 */
@Export
@Version("1.0.0")
@NullMarked
package io.bascule.api.channel.event;

import org.jspecify.annotations.NullMarked;
import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;

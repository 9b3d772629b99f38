/* SPDX-License-Identifier: Apache-2.0 */
/**
 * How a bundle adds a type of stage, such as a connector's sink: it registers a
 * {@link io.bascule.api.flow.spi.StageFactory} service. The engine owns queue, thread and counters of every stage.
 */
@Export
@Version("1.0.0")
@NullMarked
package io.bascule.api.flow.spi;

import org.jspecify.annotations.NullMarked;
import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;

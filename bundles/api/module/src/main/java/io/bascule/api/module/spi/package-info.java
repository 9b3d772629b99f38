/* SPDX-License-Identifier: Apache-2.0 */
/**
 * What a module is to the gateway: a bundle that registers one {@link io.bascule.api.module.spi.Module} service, which makes
 * {@link io.bascule.api.module.spi.Processor}s and {@link io.bascule.api.module.spi.Decoder}s, one for each flow stage.
 * A WASM module gets this service from the extender; a native module extends
 * {@link io.bascule.api.module.spi.NativeModule}, or writes it itself. Each Processor and Decoder is
 * confined to one thread at a time.
 */
@Export
@Version("1.0.0")
@NullMarked
package io.bascule.api.module.spi;

import org.jspecify.annotations.NullMarked;
import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;

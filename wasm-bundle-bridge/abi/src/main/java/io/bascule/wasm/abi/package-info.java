/* SPDX-License-Identifier: Apache-2.0 */
/**
 * The guest contract {@code bascule:gateway@1.0.0} as Java sees it; the WIT file beside it is the source. No OSGi.
 *
 * <p>{@link io.bascule.wasm.abi.HostInterface} and {@link io.bascule.wasm.abi.GuestExport} hold the lowered signatures,
 * {@link io.bascule.wasm.abi.ModuleMetadata} and {@link io.bascule.wasm.abi.ConfigSchema} what a module says of itself,
 * {@link io.bascule.wasm.abi.ImportBinding} what it needs, {@link io.bascule.wasm.abi.SnapshotEnvelope} how its state is
 * kept. All types are immutable.
 */
@Export
@Version("1.0.0")
@NullMarked
package io.bascule.wasm.abi;

import org.jspecify.annotations.NullMarked;
import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;

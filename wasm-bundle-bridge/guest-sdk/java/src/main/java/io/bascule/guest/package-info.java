/* SPDX-License-Identifier: Apache-2.0 */
/**
 * Guest SDK for Java: what a module compiled by TeaVM to a WebAssembly core module needs to speak {@code bascule:gateway@1.0.0}.
 *
 * <p>Implement {@link io.bascule.guest.Processor} or {@link io.bascule.guest.Decoder} and hand it to
 * {@link io.bascule.guest.ProcessorModule} or {@link io.bascule.guest.DecoderModule} in {@code main}. This runs inside the
 * guest, never in the gateway's own JVM. An instance is called by one thread at a time; nothing here is synchronised.
 */
@NullMarked
package io.bascule.guest;

import org.jspecify.annotations.NullMarked;

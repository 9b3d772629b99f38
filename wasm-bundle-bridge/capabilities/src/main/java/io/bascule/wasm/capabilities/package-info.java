/* SPDX-License-Identifier: Apache-2.0 */
/**
 * What a guest may ask of the gateway, one class per interface of the contract and one for the WASI subset: each checks the
 * grant, validates what the guest passed, stays within {@link io.bascule.wasm.capabilities.CapabilityLimits}, and calls an API.
 *
 * <p>{@link io.bascule.wasm.capabilities.InstanceHost} is the host side of one instance and confined with it; what a call
 * emits is kept back there until the call has succeeded. {@link io.bascule.wasm.capabilities.StateStore} is shared and safe
 * for use by any thread.
 */
@Export
@Version("1.0.0")
@NullMarked
package io.bascule.wasm.capabilities;

import org.jspecify.annotations.NullMarked;
import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;

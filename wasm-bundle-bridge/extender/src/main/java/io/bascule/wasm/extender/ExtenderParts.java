/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.wasm.extender;

import io.bascule.wasm.capabilities.HostServices;
import io.bascule.wasm.engine.WasmEngine;
import io.bascule.wasm.extender.run.FaultPolicy;
import java.util.concurrent.ScheduledExecutorService;
import org.osgi.framework.BundleContext;
import org.osgi.service.cm.ConfigurationAdmin;

/**
 * What all modules share.
 *
 * @param context the extender's own
 * @param engine admits, compiles and runs
 * @param services what the capabilities call
 * @param policy what happens after faults
 * @param configurations where settings of modules are
 * @param pool where modules are started, stopped and configured
 */
record ExtenderParts(
        BundleContext context,
        WasmEngine engine,
        HostServices services,
        FaultPolicy policy,
        ConfigurationAdmin configurations,
        ScheduledExecutorService pool) {}

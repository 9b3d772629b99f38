/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.wasm.extender;

import io.bascule.api.channel.driver.DriverRuntime;
import io.bascule.wasm.capabilities.HostServices;
import io.bascule.wasm.engine.WasmEngine;
import io.bascule.wasm.extender.run.FaultPolicy;
import java.util.concurrent.ScheduledExecutorService;
import org.osgi.framework.BundleContext;
import org.osgi.service.cm.ConfigurationAdmin;
import org.osgi.util.tracker.ServiceTracker;

/**
 * What all modules share.
 *
 * @param context the extender's own
 * @param engine admits, compiles and runs
 * @param services what the capabilities call
 * @param policy what happens after faults
 * @param configurations where settings of modules are
 * @param runtimes what runs devices, if it is there
 * @param pool where modules are started, stopped and configured
 */
record ExtenderParts(
        BundleContext context,
        WasmEngine engine,
        HostServices services,
        FaultPolicy policy,
        ConfigurationAdmin configurations,
        ServiceTracker<DriverRuntime, DriverRuntime> runtimes,
        ScheduledExecutorService pool) {}

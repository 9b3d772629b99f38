/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.core.lifecycle;

import io.bascule.api.module.ModuleException;
import io.bascule.api.module.ModuleState;
import io.bascule.api.module.ModuleStatus;
import io.bascule.core.lifecycle.InstalledModules.Installed;
import java.time.Duration;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/** Waits until a module whose bundle was started is ready. */
final class Readiness {

    /** Status sources have no events, so a module that gets ready is looked at so often. */
    private static final Duration LOOK_INTERVAL = Duration.ofMillis(5);

    private Readiness() {}

    /**
     * Waits.
     *
     * @param time how long the module may take
     * @param isCancelled asked now and then whether to give up
     * @throws ModuleException when it does not get ready; says why
     */
    static void await(InstalledModules installed, Installed module, Duration time, BooleanSupplier isCancelled)
            throws ModuleException {
        long deadline = System.nanoTime() + time.toNanos();
        while (true) {
            ModuleStatus status = installed.status(module);
            if (status.state() == ModuleState.READY || status.state() == ModuleState.PAUSED) {
                return;
            }
            String is = status.state() + (status.reason().isEmpty() ? "" : ", " + status.reason());
            if (status.state() == ModuleState.FAULTED || !module.isStarted()) {
                throw new ModuleException(module.label() + " does not get ready: it is " + is);
            }
            if (System.nanoTime() - deadline > 0) {
                throw new ModuleException(module.label() + " is not ready after " + time.toMillis() + " ms: it is " + is
                        + "; if it only needs longer, raise startTimeoutMillis in configuration "
                        + LifecycleConfig.PID);
            }
            if (isCancelled.getAsBoolean() || Thread.currentThread().isInterrupted()) {
                throw new ModuleException("waiting for " + module.label() + " was given up; it is " + is);
            }
            LockSupport.parkNanos(LOOK_INTERVAL.toNanos());
        }
    }
}

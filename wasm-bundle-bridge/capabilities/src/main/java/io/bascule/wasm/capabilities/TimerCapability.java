/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.wasm.capabilities;

import io.bascule.api.module.spi.Instance;
import io.bascule.api.security.Capability;
import io.bascule.wasm.abi.GuestContract;
import io.bascule.wasm.abi.GuestExport;
import io.bascule.wasm.abi.HostInterface;
import io.bascule.wasm.abi.ReturnCode;
import io.bascule.wasm.engine.WasmInstance;
import java.util.Arrays;
import java.util.concurrent.TimeUnit;

/** Wake-ups of one instance, in terms of {@link System#nanoTime()}. They end with the instance. */
final class TimerCapability {

    private final Permissions permissions;
    private final int periodMillisMin;
    private final boolean isOffered;
    private final long[] dueNanos = new long[GuestContract.TIMERS];
    private final long[] periodNanos = new long[GuestContract.TIMERS];

    /** @param isOffered whether somebody looks at the timers of this instance */
    TimerCapability(Permissions permissions, CapabilityLimits limits, boolean isOffered) {
        this.permissions = permissions;
        this.isOffered = isOffered;
        this.periodMillisMin = limits.timerPeriodMillisMin();
        Arrays.fill(dueNanos, Instance.NO_TIMER);
    }

    void offer(Offers offers) {
        offers.add(HostInterface.TIMER, "set", this::set).add(HostInterface.TIMER, "cancel", this::cancel);
    }

    private long set(WasmInstance guest, long[] args) {
        int id = (int) args[0];
        if (!GuestData.isAtMost(id, GuestContract.TIMERS - 1)) {
            return ReturnCode.BAD_ARGUMENT.code();
        }
        if (!permissions.allows(Capability.TIMER)) {
            return ReturnCode.NOT_PERMITTED.code();
        }
        if (!isOffered || guest.info().export(GuestExport.TIMER.exportName()).isEmpty()) {
            return ReturnCode.UNSUPPORTED.code();
        }
        long delay = Integer.toUnsignedLong((int) args[1]);
        long period = Integer.toUnsignedLong((int) args[2]);
        periodNanos[id] = period == 0 ? 0 : TimeUnit.MILLISECONDS.toNanos(Math.max(period, periodMillisMin));
        dueNanos[id] = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(Math.max(delay, 1));
        return 0;
    }

    private long cancel(WasmInstance guest, long[] args) {
        int id = (int) args[0];
        if (GuestData.isAtMost(id, GuestContract.TIMERS - 1)) {
            dueNanos[id] = Instance.NO_TIMER;
        }
        return 0;
    }

    /** Returns when the first timer is due, or {@link Instance#NO_TIMER}. */
    long dueNanos() {
        long first = Instance.NO_TIMER;
        for (long due : dueNanos) {
            first = due == Instance.NO_TIMER ? first : first == Instance.NO_TIMER || due - first < 0 ? due : first;
        }
        return first;
    }

    /** Returns the id of a timer that is due and arms it anew, or -1. */
    int takeDue(long nowNanos) {
        for (int id = 0; id < dueNanos.length; id++) {
            if (dueNanos[id] != Instance.NO_TIMER && dueNanos[id] - nowNanos <= 0) {
                // Late periods are skipped, not made up for.
                dueNanos[id] = periodNanos[id] == 0 ? Instance.NO_TIMER : nowNanos + periodNanos[id];
                return id;
            }
        }
        return -1;
    }
}

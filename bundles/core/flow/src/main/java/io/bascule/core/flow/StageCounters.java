/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.core.flow;

import java.util.concurrent.atomic.LongAdder;

/** What a stage counts beside its queue. Written by its worker and, for modules, by the thread that makes instances. */
final class StageCounters {
    final LongAdder out = new LongAdder();
    final LongAdder dropped = new LongAdder();
    final LongAdder faults = new LongAdder();
    final LongAdder messagesDropped = new LongAdder();
    final LongAdder busyNanos = new LongAdder();
    private volatile String lastFault = "";

    /** Counts a call that failed and keeps what it said. */
    void fault(Throwable cause) {
        faults.increment();
        String message = cause.getMessage();
        boolean isOwnWord = cause instanceof io.bascule.api.module.ModuleException
                || cause instanceof io.bascule.api.flow.FlowException;
        lastFault = message == null || message.isBlank() || !isOwnWord ? cause.toString() : message;
    }

    String lastFault() {
        return lastFault;
    }
}

/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.core.flow;

import io.bascule.api.channel.Batch;
import io.bascule.api.module.ModuleException;
import io.bascule.core.flow.traffic.Tally;
import io.bascule.core.flow.traffic.Tally.Count;
import io.bascule.core.flow.traffic.VersionFigures;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One version at one stage: its instance, what the current call sent, and what it did so far. Confined like the instance. */
final class LiveVersion {

    private static final Logger LOG = LoggerFactory.getLogger(LiveVersion.class);

    private final String stage;
    private final ModuleInstance instance;
    private final CallOutput output;
    private final VersionFigures figures;
    private final Tally tally;

    LiveVersion(String stage, ModuleInstance instance, CallOutput output, VersionFigures figures, Tally tally) {
        this.stage = stage;
        this.instance = instance;
        this.output = output;
        this.figures = figures;
        this.tally = tally;
        figures.add(tally);
    }

    ModuleDirectory.Handle handle() {
        return instance.handle();
    }

    boolean isGone() {
        return instance.handle().isGone();
    }

    int sizeMax() {
        return instance.sizeMax();
    }

    CallOutput output() {
        return output;
    }

    Tally tally() {
        return tally;
    }

    /** Hands over a batch or message, and times it. What it sends waits in the output. */
    void run(Object item, Frames frames, long deadlineNanos) throws ModuleException {
        int readings = item instanceof Batch batch ? batch.size() : 0;
        long start = System.nanoTime();
        try {
            if (item instanceof Batch batch) {
                instance.accept(batch, frames);
            } else if (item instanceof Message message) {
                instance.message(message.topic, message.payload, frames);
            }
            output.tally();
        } catch (Throwable e) {
            tally.failed(e);
            throw e;
        } finally {
            long end = System.nanoTime();
            tally.called(readings, end - start, end, deadlineNanos);
        }
    }

    /** Ends a call that failed: nothing of it leaves, but for frames that a decoder had done with before. */
    void abandon() {
        if (instance.isDecoder()) {
            output.release();
        }
        output.clear();
    }

    long timerDueNanos() {
        return isGone() ? Step.NO_TIMER : instance.instance().timerDueNanos();
    }

    /** Runs what is due; what timers sent that went well leaves in any case, because they are not run again. */
    void runTimers(boolean isHeard) throws ModuleException {
        try {
            instance.instance().runTimers();
        } catch (Throwable e) {
            tally.failed(e);
            throw e;
        } finally {
            if (isHeard) {
                output.tally();
                output.release();
            }
            output.clear();
        }
    }

    byte[] snapshot() throws ModuleException {
        try {
            return instance.instance().snapshot();
        } finally {
            output.clear();
        }
    }

    void restore(byte[] state) throws ModuleException {
        try {
            instance.instance().restore(state);
        } finally {
            output.clear();
        }
    }

    void countFallback() {
        tally.add(Count.FALLBACKS, 1);
    }

    void close() {
        try {
            instance.instance().close();
        } catch (RuntimeException | LinkageError e) {
            LOG.warn("stage={} an instance of module={} did not close", stage, handle().label(), e);
        } finally {
            figures.retire(tally);
        }
    }
}

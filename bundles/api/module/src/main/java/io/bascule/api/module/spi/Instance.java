/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.api.module.spi;

import io.bascule.api.module.ModuleException;
import org.osgi.annotation.versioning.ConsumerType;

/**
 * One instance of a module, with state of its own. Confined: one thread at a time, the caller sees to it. When a call
 * throws, nothing that it emitted has left; the instance has recovered or will, and stays usable.
 */
@ConsumerType
public interface Instance extends AutoCloseable {

    /** Marks that no timer is set; see {@link #timerDueNanos()}. */
    long NO_TIMER = Long.MAX_VALUE;

    /**
     * Applies a configuration. The state is kept where the module can.
     *
     * @param json the stage's own configuration, laid over the module's; an object
     * @throws ModuleException when it is refused: the one before stays in force
     */
    void configure(String json) throws ModuleException;

    /**
     * Takes the state out.
     *
     * @return the module's own bytes, empty when it keeps no state
     */
    byte[] snapshot() throws ModuleException;

    /**
     * Puts state in that {@link #snapshot()} of this or an older version gave.
     *
     * @throws ModuleException when refused
     */
    void restore(byte[] state) throws ModuleException;

    /** Returns when {@link #runTimers()} wants to be called, in terms of {@link System#nanoTime()}; or {@link #NO_TIMER}. */
    long timerDueNanos();

    /** Calls the module for each timer that is due. */
    void runTimers() throws ModuleException;

    /** Lets go of everything. Closing twice does nothing. */
    @Override
    void close();
}

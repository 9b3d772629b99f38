/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.core.flow;

import io.bascule.api.module.ModuleException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * Pauses the stages of a module one after the other, senders before receivers, and waits until each stands: a sender that
 * hands on what it has done needs a receiver that takes it.
 */
final class Pause {

    private final Desk desk;
    private final long untilNanos;

    Pause(Desk desk, long untilNanos) {
        this.desk = desk;
        this.untilNanos = untilNanos;
    }

    void carryOut() throws ModuleException {
        desk.pause();
        String waitingFor = "";
        try {
            for (Slot slot : desk.slots()) {
                waitingFor = slot.label();
                slot.setPaused(true);
                Order stand = new Order(exchange -> {});
                if (slot.submit(stand)) {
                    stand.done().get(Math.max(0, untilNanos - System.nanoTime()), TimeUnit.NANOSECONDS);
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw goOn(waitingFor, "waiting was interrupted", e);
        } catch (TimeoutException e) {
            throw goOn(waitingFor, "its call did not end in time", e);
        } catch (ExecutionException e) {
            throw goOn(waitingFor, String.valueOf(e.getCause()), e);
        }
    }

    private ModuleException goOn(String label, String why, Exception cause) {
        desk.resume();
        return new ModuleException(
                "module " + desk.module() + " is not paused: stage " + label + " does not stand, " + why, cause);
    }
}

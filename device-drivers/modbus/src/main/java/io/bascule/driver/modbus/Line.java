/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.driver.modbus;

import io.bascule.api.channel.driver.Deadline;
import io.bascule.api.channel.driver.DriverException;
import java.util.List;

/** How requests reach one device and answers come back. Confined to the lane of the device. */
interface Line {

    /** Takes answers, each once, not always in the order of the requests. */
    @FunctionalInterface
    interface Answers {
        void onAnswer(int request, Answer answer);
    }

    /** Says that others use the line now; the connection is fine. */
    final class BusyException extends Exception {
        private static final long serialVersionUID = 1L;

        BusyException(String message) {
            super(message);
        }
    }

    void open(Deadline deadline) throws DriverException, InterruptedException;

    /** Lets go of it, at any time. */
    void close();

    /**
     * Sends requests and waits for their answers, each within the time limit of a request, repeating it as configured.
     *
     * @throws DriverException when one got no answer, or something came that no Modbus device sends; answers before it count
     * @throws BusyException when the line was not free until {@code deadline}
     */
    void exchange(List<Request> requests, Deadline deadline, Answers answers)
            throws DriverException, BusyException, InterruptedException;

    /** Returns how many requests of others may have to be waited for, for each of ours. */
    int shareMax();

    /** Returns the other end, for people. */
    String text();
}

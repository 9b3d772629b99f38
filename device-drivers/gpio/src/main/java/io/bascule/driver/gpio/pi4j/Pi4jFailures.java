/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.driver.gpio.pi4j;

import java.io.IOException;
import java.util.function.Supplier;

/** Pi4J says everything with unchecked exceptions; to the driver it is input and output that failed. */
final class Pi4jFailures {

    private Pi4jFailures() {}

    /**
     * Returns what {@code call} returns.
     *
     * @throws IOException when it fails, also when native code is missing
     */
    static <T> T translated(String what, Supplier<T> call) throws IOException {
        try {
            return call.get();
        } catch (RuntimeException | LinkageError e) {
            Throwable cause = e;
            while (cause.getCause() != null && cause.getCause() != cause) {
                cause = cause.getCause();
            }
            String detail = cause.getMessage() == null ? cause.toString() : cause.getMessage();
            throw new IOException(what + " does not work: " + detail, e);
        }
    }
}

/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.api.channel.driver;

import java.io.Serial;

/** The connection to a device cannot be made or is of no use any more; connecting again may help. */
public class DriverException extends Exception {

    @Serial
    private static final long serialVersionUID = 1L;

    /**
     * Says why.
     *
     * @param message what failed, at which address, for people: it is shown as the reason why the device is away
     */
    public DriverException(String message) {
        super(message);
    }

    /**
     * Says why.
     *
     * @param message what failed, at which address, for people: it is shown as the reason why the device is away
     * @param cause what happened below
     */
    public DriverException(String message, Throwable cause) {
        super(message, cause);
    }
}

/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.driver.modbus;

import java.io.IOException;

/** Opens serial ports; the only one who knows a library for it is {@link NativeSerialPorts}. */
@FunctionalInterface
interface SerialPorts {

    /**
     * Opens a port.
     *
     * @throws IOException when it cannot be opened; says why
     */
    SerialPort open(SerialSettings settings) throws IOException;
}

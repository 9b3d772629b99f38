/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.wasm.capabilities;

import io.bascule.wasm.abi.Endpoint;
import java.io.IOException;

/** Byte streams over TCP and serial ports of this machine. Stateless. */
public final class DeviceStreams implements StreamOpener {

    @Override
    public ByteStream open(Endpoint endpoint, long waitNanos) throws IOException, InterruptedException {
        if (endpoint instanceof Endpoint.Tcp tcp) {
            return TcpStream.connect(tcp, waitNanos);
        }
        try {
            return SerialStream.open((Endpoint.Serial) endpoint);
        } catch (NoClassDefFoundError e) {
            throw new IOException(
                    endpoint.grantName()
                            + " cannot be opened: this gateway has no library for serial ports; install the"
                            + " bundle com.fazecast.jSerialComm",
                    e);
        }
    }
}

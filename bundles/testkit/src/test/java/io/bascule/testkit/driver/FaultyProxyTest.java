/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.testkit.driver;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class FaultyProxyTest {

    private static ServerSocket device() throws IOException {
        return new ServerSocket(0, 5, InetAddress.getLoopbackAddress());
    }

    private static int heard(Socket driver, ServerSocket device) throws IOException {
        try (Socket accepted = device.accept()) {
            driver.getOutputStream().write(7);
            return accepted.getInputStream().read();
        }
    }

    @Test
    void aDeviceThatIsAwayEndsTheConnectionAndOneThatComesBackElsewhereIsReached() throws IOException {
        ServerSocket gone = device();
        int port = gone.getLocalPort();
        gone.close();
        try (FaultyProxy proxy = new FaultyProxy(port, 1);
                ServerSocket back = device()) {
            try (Socket driver = new Socket(InetAddress.getLoopbackAddress(), proxy.port())) {
                assertEquals(-1, driver.getInputStream().read());
            }
            proxy.setTarget(back.getLocalPort());
            try (Socket driver = new Socket(InetAddress.getLoopbackAddress(), proxy.port())) {
                assertEquals(7, heard(driver, back));
            }
        }
    }
}

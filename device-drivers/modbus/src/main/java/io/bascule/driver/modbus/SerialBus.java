/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.driver.modbus;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.io.IOException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** A serial port that several devices use, one at a time, in the order in which they came. Safe for use by any thread. */
final class SerialBus {

    private final SerialSettings settings;
    private final SerialPorts ports;
    private final Semaphore turn = new Semaphore(1, true);

    @GuardedBy("this")
    private @Nullable SerialPort port;

    @GuardedBy("this")
    private int users;

    /** When the last byte went over the line; only with the turn. */
    private long lastByteNano = System.nanoTime();

    SerialBus(SerialSettings settings, SerialPorts ports) {
        this.settings = settings;
        this.ports = ports;
    }

    SerialSettings settings() {
        return settings;
    }

    synchronized int users() {
        return users;
    }

    /** Opens the port for one more device; the first one really does. */
    synchronized void open() throws IOException {
        if (port == null) {
            port = ports.open(settings);
        }
        users++;
    }

    /** Lets go of it for one device; the last one closes it. */
    synchronized void release() {
        users--;
        if (users == 0) {
            close();
        }
    }

    /** Closes the port after it failed: every device will find it closed, and open it again. */
    synchronized void close() {
        SerialPort open = port;
        port = null;
        if (open != null) {
            open.close();
        }
    }

    synchronized SerialPort port() throws IOException {
        SerialPort open = port;
        if (open == null) {
            throw new IOException("the port was closed after an error");
        }
        return open;
    }

    boolean take(long nanos) throws InterruptedException {
        return turn.tryAcquire(nanos, TimeUnit.NANOSECONDS);
    }

    void giveBack() {
        turn.release();
    }

    long lastByteNano() {
        return lastByteNano;
    }

    void setLastByteNano(long now) {
        lastByteNano = now;
    }
}

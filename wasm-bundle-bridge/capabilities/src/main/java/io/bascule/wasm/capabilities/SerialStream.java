/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.wasm.capabilities;

import com.fazecast.jSerialComm.SerialPort;
import com.fazecast.jSerialComm.SerialPortInvalidPortException;
import io.bascule.wasm.abi.Endpoint;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * A serial port, by jSerialComm; the only class that knows the library. Its waits cannot be interrupted and last for ever when another
 * program changes the line's settings (VMIN and VTIME, termios(3)), so it is only asked for bytes that are there.
 */
final class SerialStream implements ByteStream {

    /** Where the library looks for its native code, when its first class is loaded. */
    private static final String NATIVE_CODE = "jSerialComm.library.path";

    /** Folders of the library's jar that may fit a Linux machine; it tries them itself. */
    private static final List<String> MACHINES =
            List.of("x86_64", "x86", "armv8_64", "armv8_32", "armv7hf", "armv6hf", "armv5");

    /** The library's shortest wait for bytes; there is none, because it is asked only for those that are there. */
    private static final int READ_MILLIS = 100;

    /** The longer nothing came, the longer until the next look: a sixteenth of that, within these bounds. */
    private static final long LOOK_NANOS_MIN = TimeUnit.MICROSECONDS.toNanos(200);

    private static final long LOOK_NANOS_MAX = TimeUnit.MILLISECONDS.toNanos(10);

    private final String name;
    private final SerialPort port;
    private volatile boolean isClosed;

    private SerialStream(String name, SerialPort port) {
        this.name = name;
        this.port = port;
    }

    static SerialStream open(Endpoint.Serial endpoint) throws IOException {
        unpackPrivately();
        SerialPort port;
        try {
            port = SerialPort.getCommPort(endpoint.port());
        } catch (SerialPortInvalidPortException e) {
            throw new IOException("there is no serial port " + endpoint.port(), e);
        }
        port.setComPortParameters(
                endpoint.baud(),
                endpoint.dataBits(),
                endpoint.stopBits() == 2 ? SerialPort.TWO_STOP_BITS : SerialPort.ONE_STOP_BIT,
                switch (endpoint.parity()) {
                    case "even" -> SerialPort.EVEN_PARITY;
                    case "odd" -> SerialPort.ODD_PARITY;
                    default -> SerialPort.NO_PARITY;
                });
        // Not TIMEOUT_NONBLOCKING, with which a write to a line that is full keeps a processor busy until there is
        // room.
        port.setComPortTimeouts(SerialPort.TIMEOUT_READ_SEMI_BLOCKING, READ_MILLIS, 0);
        if (!port.openPort()) {
            throw new IOException(endpoint + " cannot be opened (error " + port.getLastErrorCode()
                    + "); is it there, may this account use it, does another program have it?");
        }
        return new SerialStream(endpoint.grantName(), port);
    }

    /**
     * Unpacks the native code into a folder of this account before the library would do so into one that everybody can write to,
     * where somebody could put other code in its place. Whoever comes first in this process does it.
     */
    private static synchronized void unpackPrivately() throws IOException {
        boolean isLinux = System.getProperty("os.name", "").equals("Linux");
        if (!isLinux || !System.getProperty(NATIVE_CODE, "").isEmpty()) {
            return;
        }
        Path folder = Files.createTempDirectory("bascule-serial-");
        folder.toFile().deleteOnExit();
        Path linux = Files.createDirectories(folder.resolve("Linux"));
        linux.toFile().deleteOnExit();
        for (String machine : MACHINES) {
            String entry = "Linux/" + machine + "/libjSerialComm.so";
            try (InputStream code = SerialPort.class.getResourceAsStream("/" + entry)) {
                if (code != null) {
                    Path of = Files.createDirectories(linux.resolve(machine));
                    of.toFile().deleteOnExit();
                    Files.copy(code, folder.resolve(entry));
                    folder.resolve(entry).toFile().deleteOnExit();
                }
            }
        }
        System.setProperty(NATIVE_CODE, folder.toString());
    }

    @Override
    public int read(byte[] target, int count, long waitNanos) throws IOException, InterruptedException {
        long begin = System.nanoTime();
        while (true) {
            if (Thread.interrupted()) {
                throw new InterruptedException("interrupted while waiting for " + name);
            }
            int there = isClosed ? END : port.bytesAvailable();
            int got = there > 0 ? port.readBytes(target, Math.min(count, there)) : there;
            if (got < 0) {
                throw new IOException(isClosed ? "the stream was closed" : name + " gives no bytes; was it unplugged?");
            }
            long waited = System.nanoTime() - begin;
            if (got > 0 || waited >= waitNanos) {
                return got;
            }
            long look = Math.max(LOOK_NANOS_MIN, Math.min(LOOK_NANOS_MAX, waited / 16));
            LockSupport.parkNanos(Math.min(look, waitNanos - waited));
        }
    }

    @Override
    public void write(byte[] bytes, long waitNanos) throws IOException {
        int written = 0;
        while (written < bytes.length) {
            int count = isClosed ? 0 : port.writeBytes(bytes, bytes.length - written, written);
            if (count <= 0) {
                throw new IOException(name + " takes no bytes; was it unplugged?");
            }
            written += count;
        }
    }

    @Override
    public void close() {
        isClosed = true;
        port.closePort();
    }
}

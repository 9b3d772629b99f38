/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.driver.modbus;

import com.fazecast.jSerialComm.SerialPortInvalidPortException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * Serial ports of the operating system, by jSerialComm. The library unpacks native code into a folder and loads it from there; it
 * gets one that only this account can write to, because in a shared one anybody could put other code in its place.
 */
final class NativeSerialPorts implements SerialPorts {

    /** Where the library looks first, when its first class is loaded. */
    private static final String PATH_PROPERTY = "jSerialComm.library.path";

    private static final String FILE = "libjSerialComm.so";

    /** Folders in the library's jar that may fit this machine; it tries them itself. */
    private static final List<String> LINUX_FOLDERS = List.of(
            "Linux/x86_64",
            "Linux/x86",
            "Linux/armv8_64",
            "Linux/armv8_32",
            "Linux/armv7hf",
            "Linux/armv6hf",
            "Linux/armv5");

    @Override
    public SerialPort open(SerialSettings settings) throws IOException {
        prepare();
        try {
            return new Port(settings);
        } catch (SerialPortInvalidPortException e) {
            throw new IOException("there is no serial port " + settings.device(), e);
        }
    }

    /** Unpacks the native code into a private folder, once, before the library would do it into a shared one. */
    private static synchronized void prepare() throws IOException {
        if (!System.getProperty(PATH_PROPERTY, "").isEmpty()
                || !System.getProperty("os.name", "").equals("Linux")) {
            return;
        }
        // The folder is made so that only this account can use it. Naming a class does not load its native code yet.
        Path folder = Files.createTempDirectory("bascule-serial-");
        folder.toFile().deleteOnExit();
        folder.resolve("Linux").toFile().deleteOnExit();
        for (String name : LINUX_FOLDERS) {
            Path sub = Files.createDirectories(folder.resolve(name));
            sub.toFile().deleteOnExit();
            Path file = sub.resolve(FILE);
            try (InputStream code =
                    com.fazecast.jSerialComm.SerialPort.class.getResourceAsStream("/" + name + "/" + FILE)) {
                if (code != null) {
                    Files.copy(code, file);
                    file.toFile().deleteOnExit();
                }
            }
        }
        System.setProperty(PATH_PROPERTY, folder.toString());
    }

    /** A port of the library. */
    private static final class Port implements SerialPort {
        private final com.fazecast.jSerialComm.SerialPort port;

        Port(SerialSettings settings) throws IOException {
            port = com.fazecast.jSerialComm.SerialPort.getCommPort(settings.device());
            int parity =
                    switch (settings.parity()) {
                        case "even" -> com.fazecast.jSerialComm.SerialPort.EVEN_PARITY;
                        case "odd" -> com.fazecast.jSerialComm.SerialPort.ODD_PARITY;
                        default -> com.fazecast.jSerialComm.SerialPort.NO_PARITY;
                    };
            int stop = settings.stopBits() == 2
                    ? com.fazecast.jSerialComm.SerialPort.TWO_STOP_BITS
                    : com.fazecast.jSerialComm.SerialPort.ONE_STOP_BIT;
            port.setComPortParameters(settings.baud(), settings.dataBits(), stop, parity);
            port.setComPortTimeouts(com.fazecast.jSerialComm.SerialPort.TIMEOUT_READ_SEMI_BLOCKING, 1, 0);
            if (!port.openPort()) {
                throw new IOException("serial port " + settings + " cannot be opened (error " + port.getLastErrorCode()
                        + "); is it there, may this account use it, does another program have it?");
            }
        }

        @Override
        public void write(byte[] bytes) throws IOException {
            int written = 0;
            while (written < bytes.length) {
                int count = port.writeBytes(bytes, bytes.length - written, written);
                if (count <= 0) {
                    throw new IOException("the serial port takes no bytes; was it unplugged?");
                }
                written += count;
            }
        }

        @Override
        public int read(byte[] target, int offset, int millis) throws IOException, InterruptedException {
            if (Thread.interrupted()) {
                throw new InterruptedException("interrupted before a read from a serial port");
            }
            port.setComPortTimeouts(
                    com.fazecast.jSerialComm.SerialPort.TIMEOUT_READ_SEMI_BLOCKING, Math.max(1, millis), 0);
            int count = port.readBytes(target, target.length - offset, offset);
            if (count < 0) {
                throw new IOException("the serial port gives no bytes; was it unplugged?");
            }
            return count;
        }

        @Override
        public void drain() {
            byte[] rest = new byte[256];
            int available = port.bytesAvailable();
            while (available > 0) {
                port.readBytes(rest, Math.min(rest.length, available));
                available = port.bytesAvailable();
            }
        }

        @Override
        public void close() {
            port.closePort();
        }
    }
}

/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.driver.modbus;

import io.bascule.api.channel.driver.DeviceSettings;
import java.time.Duration;
import java.util.List;

/**
 * What the driver reads of a configuration.
 *
 * @param wordOrder order of registers in a number, unless a channel says another
 * @param byteOrder order of bytes in a register, unless a channel says another
 * @param gapMax most registers that are read though nobody wants them, between two that are wanted
 * @param countMax most registers of one request
 * @param retries how often a request is repeated that got no answer
 * @param writeFunction {@code auto}, {@code multiple} or {@code read-write}
 */
record ModbusSettings(String wordOrder, String byteOrder, int gapMax, int countMax, int retries, String writeFunction) {

    private static final int UNIT_MAX = 255;
    private static final int SERIAL_UNIT_MAX = 247;
    private static final int PORT_MAX = 65_535;

    /** Makes the driver of a device; what is wrong is told to {@code settings}. */
    static ModbusDriver driver(DeviceSettings settings, SerialBuses buses) {
        List<String> orders = List.of("high-first", "low-first");
        ModbusSettings own = new ModbusSettings(
                settings.word("wordOrder", "high-first", orders),
                settings.word("byteOrder", "high-first", orders),
                (int) settings.integer("gapMax", 8, 0, 100),
                (int) settings.integer("registersPerRequestMax", Table.REGISTERS_READ_MAX, 1, Table.REGISTERS_READ_MAX),
                (int) settings.integer("retries", 1, 0, 10),
                settings.word("writeFunction", "auto", List.of("auto", "multiple", "read-write")));
        Duration timeout = Duration.ofMillis(Math.max(1, number(settings.text("timeoutMillis", "1000"))));
        Duration pause = Duration.ofMillis(settings.integer("pauseMillis", 0, 0, 60_000));
        String transport = settings.word("transport", "tcp", List.of("tcp", "rtu"));
        boolean isSerial = transport.equals("rtu");
        int unit = (int) settings.integer("unit", 1, isSerial ? 1 : 0, isSerial ? SERIAL_UNIT_MAX : UNIT_MAX);
        int inFlight = (int) settings.integer("requestsInFlightMax", 1, 1, 16);
        if (!isSerial) {
            String host = settings.text("host", "");
            int port = (int) settings.integer("port", 502, 1, PORT_MAX);
            if (host.isEmpty()) {
                settings.problem("host is empty; expected the name or address of the device, for example 192.168.1.20");
            }
            return new ModbusDriver(own, new TcpLine(host, port, unit, timeout, own.retries(), inFlight, pause));
        }
        SerialSettings serial = new SerialSettings(
                settings.text("serialPort", ""),
                (int) settings.integer("baud", 19_200, 50, 4_000_000),
                8,
                settings.word("parity", "even", List.of("none", "even", "odd")),
                (int) settings.integer("stopBits", 1, 1, 2));
        if (serial.device().isEmpty()) {
            settings.problem("serialPort is empty; expected the name of a port, for example /dev/ttyUSB0");
        }
        if (inFlight > 1) {
            settings.problem("requestsInFlightMax is " + inFlight + "; on a serial line expected 1");
        }
        return new ModbusDriver(own, new RtuLine(buses, serial, unit, timeout, own.retries(), pause));
    }

    /** The runtime reports what is wrong with the time limit; here any number will do. */
    private static long number(String text) {
        return text.matches("[0-9]{1,7}") ? Long.parseLong(text) : 1000;
    }
}

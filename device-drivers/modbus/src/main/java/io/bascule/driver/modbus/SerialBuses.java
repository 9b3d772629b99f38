/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.driver.modbus;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.io.IOException;
import java.util.HashMap;
import java.util.Map;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;

/** The serial ports in use, so that devices on one port share it. Safe for use by any thread. */
@Component(service = SerialBuses.class, name = "io.bascule.driver.modbus.buses")
public final class SerialBuses {

    private final SerialPorts ports;

    @GuardedBy("this")
    private final Map<String, SerialBus> byDevice = new HashMap<>();

    /** Starts with the ports of this system and none in use. */
    @Activate
    public SerialBuses() {
        this(SerialBuses::openNative);
    }

    SerialBuses(SerialPorts ports) {
        this.ports = ports;
    }

    /** The library is loaded by the first device on a serial line: devices on TCP do not need it. */
    private static SerialPort openNative(SerialSettings settings) throws IOException {
        try {
            return new NativeSerialPorts().open(settings);
        } catch (LinkageError e) {
            throw new IOException(
                    "serial lines need the bundle com.fazecast.jSerialComm and its native code for this system,"
                            + " which does not load: " + e,
                    e);
        }
    }

    /**
     * Returns the bus on a port, opened for one more device.
     *
     * @throws IOException when it cannot be opened, or is in use with other settings
     */
    synchronized SerialBus open(SerialSettings settings) throws IOException {
        SerialBus bus = byDevice.get(settings.device());
        if (bus != null && bus.users() > 0 && !bus.settings().equals(settings)) {
            throw new IOException("another device uses the port as " + bus.settings() + "; expected the same for all");
        }
        if (bus == null || bus.users() == 0) {
            bus = new SerialBus(settings, ports);
            byDevice.put(settings.device(), bus);
        }
        bus.open();
        return bus;
    }
}

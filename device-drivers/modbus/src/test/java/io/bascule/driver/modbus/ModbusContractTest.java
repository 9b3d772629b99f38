/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.driver.modbus;

import io.bascule.api.channel.Value;
import io.bascule.api.channel.driver.DriverRuntime;
import io.bascule.api.channel.driver.DriverRuntime.RunningDevice;
import io.bascule.core.driver.LaneDriverRuntime;
import io.bascule.testkit.driver.NetworkDriverContract;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;

/** The contract of drivers, over TCP to libmodbus, through a proxy that spoils the connection. */
class ModbusContractTest extends NetworkDriverContract {

    private static Peer peer;
    private final LaneDriverRuntime lanes = new LaneDriverRuntime(registry);

    @BeforeAll
    static void startPeer() {
        peer = Peer.tcp();
    }

    @AfterAll
    static void endPeer() {
        if (peer != null) {
            peer.close();
        }
    }

    @AfterEach
    void close() {
        lanes.close();
    }

    @Override
    protected DriverRuntime runtime() {
        return lanes;
    }

    @Override
    protected RunningDevice start(String device, Map<String, Object> changes) {
        SerialBuses buses = new SerialBuses();
        return lanes.start(
                ModbusComponent.PID,
                ModbusComponent.NAME,
                settingsOf(device, changes),
                settings -> ModbusSettings.driver(settings, buses));
    }

    @Override
    protected Map<String, Object> settingsOf(String device, Map<String, Object> changes) {
        // The last two are neighbours, so that they are one block at first: 499 is the last register that the peer has.
        Map<String, Object> settings = new HashMap<>(TestConfig.with(Map.of(
                "device", device, "host", "127.0.0.1", "port", proxy().port(), "retries", 0, "channels", new String[] {
                    "good=input:499;setpoint=holding:10:int16(scale=0.5,readBack=true);broken=input:500"
                })));
        settings.putAll(changes);
        return settings;
    }

    @Override
    protected Map<String, Object> otherPeer() {
        return Map.of("port", peer.port());
    }

    @Override
    protected int peerPort() {
        return peer.port();
    }

    @Override
    protected Value constant() {
        return new Value.I64(1499);
    }

    @Override
    protected Value refused() {
        return new Value.F64(40_000);
    }

    @Override
    protected Map<Map<String, Object>, List<String>> wrongSettings() {
        return Map.of(
                Map.of("host", "", "unit", 256, "wordOrder", "wild"),
                List.of(
                        "3 problems",
                        "host is empty; expected",
                        "unit is 256; expected 0 to 255",
                        "wordOrder is 'wild'"),
                Map.of("channels", "a=holding:70000; b=coil:1:int16"),
                List.of("channel 'a' at 'holding:70000'", "not within 0 to 65535", "leave out type"),
                Map.of("transport", "rtu", "unit", 0),
                List.of("serialPort is empty; expected", "unit is 0; expected 1 to 247"));
    }

    @Override
    protected String threadPrefix() {
        return "io.bascule.core.driver-lane-";
    }
}

/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.access.shell;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonArray;
import com.google.gson.JsonParser;
import io.bascule.access.shell.ShellHarness.Result;
import io.bascule.api.channel.Channel;
import io.bascule.api.channel.ValueKind;
import io.bascule.api.channel.driver.ConnectionState;
import io.bascule.api.channel.driver.DeviceFigures;
import io.bascule.api.channel.driver.RefusedDevice;
import io.bascule.api.channel.driver.ScanFigures;
import io.bascule.api.channel.spi.DeviceDescriptor;
import io.bascule.api.channel.spi.DeviceSession;
import io.bascule.testkit.FakeChannelRegistry;
import io.bascule.testkit.FakeConfigurationAdmin;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.osgi.framework.FrameworkUtil;

class DeviceCommandsTest {

    private static final String PID = "io.bascule.driver.modbus~press";

    @TempDir
    Path base;

    private final FakeChannelRegistry registry = new FakeChannelRegistry();
    private final FakeDriverRuntime runtime = new FakeDriverRuntime();
    private final FakeConfigurationAdmin configurations = new FakeConfigurationAdmin();
    private final ShellHarness shell = new ShellHarness(registry, runtime, configurations);

    @BeforeEach
    void open() throws IOException {
        System.setProperty("karaf.base", base.toString());
        System.setProperty("karaf.etc", base.resolve("etc").toString());
        open("press", "modbus").connected();
        open("tape", "replay").disconnected("there is no such file");
        runtime.devices.add(figures("press", ConnectionState.BACKING_OFF, "no answer from 10.0.0.1:502", ""));
        runtime.refused.add(new RefusedDevice(
                "io.bascule.driver.modbus~oven",
                "oven",
                "modbus",
                "configuration has 2 problems: port is 0; no channel"));
        configurations
                .getFactoryConfiguration("io.bascule.driver.modbus", "press", "?")
                .update(FrameworkUtil.asDictionary(Map.of(
                        "device",
                        "press",
                        "channels",
                        "a=holding:0",
                        "felix.fileinstall.filename",
                        "file:/etc/x.cfg")));
    }

    private DeviceSession open(String device, String driver) {
        return registry.openDevice(
                new DeviceDescriptor(
                        device,
                        driver,
                        List.of(new DeviceDescriptor.Point(
                                device + "/temperature", ValueKind.F64, Channel.Access.READ, "degC", ""))),
                values -> List.of());
    }

    private static DeviceFigures figures(String device, ConnectionState state, String reason, String problem) {
        return new DeviceFigures(
                device,
                "modbus",
                PID,
                state,
                reason,
                problem,
                3,
                4,
                1,
                2,
                5,
                6,
                List.of(new ScanFigures("default", 1_000_000_000, 1, 1, 100, 2, 3, 0.99, 1000, 2_000_000, 30_000_000)));
    }

    @AfterEach
    void close() {
        shell.close();
        System.clearProperty("karaf.base");
        System.clearProperty("karaf.etc");
    }

    @Test
    void everyDeviceIsListedAlsoOneWithoutTheRuntimeAndOneThatIsRefused() {
        Result result = shell.run("bascule:device-list");
        assertTrue(result.isOk(), result.error());
        assertEquals(4, result.lines().size(), result.output());
        assertTrue(
                result.lines().get(1).startsWith("oven")
                        && result.lines().get(1).contains("refused"),
                result.output());
        assertTrue(result.lines().get(2).contains("backing-off"), result.output());
        assertTrue(result.lines().get(3).contains("replay")
                && result.lines().get(3).contains("disconnected"));
        assertTrue(result.lines().stream().allMatch(l -> l.length() <= Table.LINE_WIDTH), result.output());
        JsonArray all = JsonParser.parseString(
                        shell.run("bascule:device-list --json").output())
                .getAsJsonArray();
        assertEquals(PID, all.get(1).getAsJsonObject().get("pid").getAsString());
        assertEquals(4, all.get(1).getAsJsonObject().get("attemptsFailed").getAsLong());
    }

    @Test
    void oneDeviceIsShownWithItsScanGroupsAndReason() {
        Result result = shell.run("bascule:device-info press");
        assertTrue(result.output().contains("no answer from 10.0.0.1:502"), result.output());
        assertTrue(result.output().contains("1 of the driver itself"), result.output());
        String scans = result.lines().get(result.lines().size() - 1);
        assertTrue(scans.contains("1000.0 ms") && scans.contains("0.99") && scans.contains("2.0 ms"), scans);
        assertTrue(scans.length() <= Table.LINE_WIDTH, scans);
        assertTrue(shell.run("bascule:device-info oven").output().contains("port is 0; no channel"));
        Result none = shell.run("bascule:device-info nobody");
        assertTrue(none.error().contains("There is no device 'nobody'; 'bascule:device-list'"), none.error());
    }

    @Test
    void anEarlierConfigurationInForceIsTold() {
        runtime.devices.set(0, figures("press", ConnectionState.CONNECTED, "", "port is 0"));
        String output = shell.run("bascule:device-info press").output();
        assertTrue(output.contains("an earlier configuration is in force: port is 0"), output);
    }

    @Test
    void aChannelListGoesToTheConsoleOrToAFileThatIsNotThereYet() throws IOException {
        assertEquals(
                List.of("name,address", "temperature,holding:0"),
                shell.run("bascule:channel-export press").lines());
        assertTrue(shell.run("bascule:channel-export press list.csv").output().contains("Wrote 1 channels to "));
        assertEquals("name,address\r\ntemperature,holding:0\r\n", Files.readString(base.resolve("list.csv")));
        assertTrue(shell.run("bascule:channel-export press list.csv").error().contains("exists already"));
        assertTrue(shell.run("bascule:channel-export nobody").error().contains("no driver runs"));
    }

    @Test
    void aListThatIsRightBecomesTheConfigurationAndOneThatIsNotChangesNothing() throws IOException {
        Files.writeString(base.resolve("new.csv"), "name,address\nx,holding:7\n");
        assertTrue(shell.run("bascule:channel-import --check press new.csv")
                .output()
                .contains("nothing was changed"));
        assertEquals("a=holding:0", configurations.stored(PID).get("channels"));

        Result result = shell.run("bascule:channel-import press new.csv");

        assertTrue(result.isOk(), result.error());
        Path kept = base.resolve("etc/channels/press.csv");
        assertEquals("name,address\nx,holding:7\n", Files.readString(kept));
        Map<String, Object> stored = configurations.stored(PID);
        assertEquals(kept.toString(), stored.get("channelsFile"));
        assertFalse(stored.containsKey("channels"));
        assertEquals("file:/etc/x.cfg", stored.get("felix.fileinstall.filename"));
        Files.writeString(base.resolve("wrong.csv"), "name,address\nx,\n");
        Result wrong = shell.run("bascule:channel-import press wrong.csv");
        assertTrue(wrong.error().contains("line 2: no address"), wrong.error());
        assertEquals("name,address\nx,holding:7\n", Files.readString(kept));
        // The list that is in use can be edited and imported where it is.
        assertTrue(
                shell.run("bascule:channel-import press etc/channels/press.csv").isOk());
        assertTrue(shell.run("bascule:channel-import tape new.csv").error().contains("no driver runs"));
    }
}

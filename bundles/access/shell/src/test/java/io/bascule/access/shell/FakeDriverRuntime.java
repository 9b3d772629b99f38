/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.access.shell;

import io.bascule.api.channel.driver.Address;
import io.bascule.api.channel.driver.DeviceFigures;
import io.bascule.api.channel.driver.DriverFactory;
import io.bascule.api.channel.driver.DriverRuntime;
import io.bascule.api.channel.driver.RefusedDevice;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/** A driver runtime whose devices are what a test says; a list that is called wrong.csv is refused. */
final class FakeDriverRuntime implements DriverRuntime {

    final List<DeviceFigures> devices = new ArrayList<>();
    final List<RefusedDevice> refused = new ArrayList<>();

    @Override
    public <A extends Address> RunningDevice start(
            String pid, String driver, Map<String, ?> properties, DriverFactory<A> factory) {
        throw new UnsupportedOperationException("the shell starts no device");
    }

    @Override
    public List<DeviceFigures> list() {
        return List.copyOf(devices);
    }

    @Override
    public List<RefusedDevice> refused() {
        return List.copyOf(refused);
    }

    @Override
    public void check(String device, Map<String, ?> changes) {
        exportChannels(device);
        if (!Arrays.equals(new String[0], (String[]) changes.get("channels"))) {
            throw new AssertionError("the channels in the configuration would stay: " + changes);
        }
        if (String.valueOf(changes.get("channelsFile")).endsWith("wrong.csv")) {
            throw new IllegalArgumentException("configuration has 1 problems: channelsFile: line 2: no address");
        }
    }

    @Override
    public String exportChannels(String device) {
        if (devices.stream().noneMatch(d -> d.device().equals(device))) {
            throw new IllegalArgumentException("no driver runs a device '" + device + "'");
        }
        return "name,address\r\ntemperature,holding:0\r\n";
    }
}

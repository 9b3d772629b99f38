/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.access.shell;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonParser;
import io.bascule.api.channel.Channel.Access;
import io.bascule.api.channel.ValueKind;
import io.bascule.api.channel.driver.Deadline;
import io.bascule.api.channel.driver.DeviceBrowser;
import io.bascule.api.channel.driver.DriverException;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** {@code bascule:device-browse} with a device that is a small graph. */
class DeviceBrowseCommandTest {

    /** A press with two values, one of them under a name that no channel can have, and a way back to the top. */
    private static final class Press implements DeviceBrowser {

        private static final Map<String, List<Entry>> BELOW = Map.of(
                "",
                List.of(new Entry("Press", "ns=1;s=P", null, null, Map.of(), true)),
                "ns=1;s=P",
                List.of(
                        new Entry("Oil °C", "ns=1;s=P,\"1\"", ValueKind.F64, Access.READ_WRITE, Map.of(), true),
                        new Entry(
                                "Oil ?C",
                                "ns=1;s=P2",
                                ValueKind.BOOL,
                                Access.READ,
                                Map.of("type", "bool", "access", "read"),
                                false),
                        new Entry("Back", "ns=1;s=P", null, null, Map.of(), true)));

        @Override
        public String device() {
            return "press1";
        }

        @Override
        public List<Entry> browse(String address, Deadline deadline) throws DriverException {
            if (address.equals("gone")) {
                throw new DriverException("the device is not connected");
            }
            return BELOW.getOrDefault(address, List.of());
        }
    }

    private final ShellHarness shell = new ShellHarness(new Press());

    @AfterEach
    void close() {
        shell.close();
    }

    @Test
    void theTableShowsOneLevelAndAsManyAsAreWanted() {
        assertEquals(
                List.of("NAME   KIND  ACCESS  ADDRESS", "Press  -     -       ns=1;s=P"),
                shell.run("bascule:device-browse press1").lines());
        List<String> all = shell.run("bascule:device-browse --depth 10 press1").lines();
        assertEquals(4, all.size(), all.toString());
        assertTrue(all.get(3).matches(" {2}Oil \\?C +bool +read +ns=1;s=P2"), all.toString());
    }

    @Test
    void theChannelListHasNamesThatChannelsCanHaveEachOnce() {
        assertEquals(
                List.of("name,address,access,type", "Oil-C,\"ns=1;s=P,\"\"1\"\"\",,", "Oil-C-2,ns=1;s=P2,read,bool"),
                shell.run("bascule:device-browse --csv press1 'ns=1;s=P'").lines());
    }

    @Test
    void programsGetEverything() {
        var facts = JsonParser.parseString(shell.run("bascule:device-browse --json press1 'ns=1;s=P'")
                        .output())
                .getAsJsonArray()
                .get(1)
                .getAsJsonObject();
        assertEquals("ns=1;s=P2", facts.get("address").getAsString());
        assertEquals("read", facts.getAsJsonObject("options").get("access").getAsString());
    }

    @Test
    void whatCannotBeDoneSaysWhy() {
        assertEquals(
                "No device 'plc' can be browsed; those that can are [press1].",
                shell.run("bascule:device-browse plc").error());
        assertEquals(
                "the device is not connected",
                shell.run("bascule:device-browse press1 gone").error());
        assertEquals(
                "--depth is 11; expected 1 to 10.",
                shell.run("bascule:device-browse --depth 11 press1").error());
        assertEquals(
                "There is nothing below 'ns=9;s=x'.",
                shell.run("bascule:device-browse press1 'ns=9;s=x'").output().strip());
    }
}

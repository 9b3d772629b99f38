/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.core.driver;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.bascule.api.channel.driver.ChannelConfig;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Channel lists as text and as CSV. */
class ChannelListsTest {

    private final List<String> problems = new ArrayList<>();

    private static List<String> texts(List<ChannelConfig> channels) {
        return channels.stream().map(ChannelConfig::toString).toList();
    }

    @Test
    void channelsAreWrittenWithAddressesAndOptions() {
        List<ChannelConfig> channels = ChannelText.parse(
                " t = holding:100:float32 ( unit = degC , scale=0.1 );\n n=\"ns=2;s=A(1)\"(description=\"a, \"\"b\"\"\"); ;x=y ;",
                problems::add);
        assertEquals(List.of(), problems);
        assertEquals(
                List.of("t=holding:100:float32{unit=degC, scale=0.1}", "n=ns=2;s=A(1){description=a, \"b\"}", "x=y{}"),
                texts(channels));
    }

    @ParameterizedTest
    @ValueSource(strings = {"t", "t=", "=a", "t=a(b", "t=a(b=1", "t=a(b=1,b=2)", "t=\"a", "t=a(b=1)x", "t=a(=1)"})
    void aWrongChannelIsReportedAndTheNextIsRead(String wrong) {
        List<ChannelConfig> channels =
                ChannelText.parse(wrong + (wrong.contains("\"") ? "" : "; ok=fine"), problems::add);
        assertEquals(1, problems.size(), problems.toString());
        assertTrue(problems.get(0).contains("NAME=ADDRESS"), problems.get(0));
        assertEquals(wrong.contains("\"") ? List.of() : List.of("ok=fine{}"), texts(channels));
    }

    @Test
    void aCsvFileIsReadWithItsLinesForMessages() {
        List<ChannelConfig> channels = ChannelCsv.parse(
                "\uFEFFname,address,unit,description\r\na,f64:x,degC,\"two\nlines, \"\"quoted\"\"\"\r\n\r\nb,f64:y,,\r\n",
                problems::add);
        assertEquals(List.of(), problems);
        assertEquals(List.of("a=f64:x{unit=degC, description=two\nlines, \"quoted\"}", "b=f64:y{}"), texts(channels));
        assertEquals("line 2", channels.get(0).origin());
        assertEquals("line 5", channels.get(1).origin());
    }

    @ParameterizedTest
    @ValueSource(strings = {"name;address;unit\na;f64:x;degC\n", "name\taddress\tunit\na\tf64:x\tdegC"})
    void theDelimiterIsTheHeaders(String csv) {
        assertEquals(List.of("a=f64:x{unit=degC}"), texts(ChannelCsv.parse(csv, problems::add)));
        assertEquals(List.of(), problems);
    }

    @Test
    void everyWrongLineOfACsvFileIsReportedAtOnce() {
        List<ChannelConfig> channels =
                ChannelCsv.parse("name,address\n,f64:x\nok,f64:y\na,\nb\nc,f64:z,9\n", problems::add);
        assertEquals(
                List.of(
                        "line 2: name is empty",
                        "line 4: address is empty",
                        "line 5: has 1 cells; expected 2 as in the header",
                        "line 6: has 3 cells; expected 2 as in the header"),
                problems);
        assertEquals(List.of("ok=f64:y{}"), texts(channels));
    }

    @Test
    void aHeaderWithoutTheTwoColumnsOrWithOneTwiceIsReported() {
        ChannelCsv.parse("nam,address\na,b\n", problems::add);
        ChannelCsv.parse("name,address,unit,unit\n", problems::add);
        assertEquals(2, problems.size());
        assertTrue(problems.get(0).contains("expected at least the columns name and address"), problems.get(0));
        assertTrue(problems.get(1).contains("'unit' is empty or there twice"), problems.get(1));
    }

    @Test
    void whatIsExportedCanBeImported() {
        long seed = 20_261_121;
        Random random = new Random(seed);
        String alphabet = "ab\",;\n x=()";
        for (int round = 0; round < 200; round++) {
            List<ChannelConfig> channels = new ArrayList<>();
            for (int i = 0; i < 5; i++) {
                Map<String, String> options = new LinkedHashMap<>();
                for (String key : List.of("unit", "scale", "description")) {
                    String text = text(random, alphabet);
                    if (!text.isEmpty() && random.nextBoolean()) {
                        options.put(key, text);
                    }
                }
                channels.add(new ChannelConfig("c" + i, "a" + text(random, alphabet), options, ""));
            }
            List<ChannelConfig> read = ChannelCsv.parse(ChannelCsv.print(channels), problems::add);
            assertEquals(List.of(), problems, "seed " + seed + " round " + round);
            assertEquals(byName(channels), byName(read), "seed " + seed + " round " + round);
        }
    }

    private static Map<String, Map<String, String>> byName(List<ChannelConfig> channels) {
        Map<String, Map<String, String>> all = new LinkedHashMap<>();
        channels.forEach(c -> all.put(c.name() + "=" + c.address(), c.options()));
        return all;
    }

    private static String text(Random random, String alphabet) {
        StringBuilder text = new StringBuilder();
        for (int i = random.nextInt(6); i > 0; i--) {
            text.append(alphabet.charAt(random.nextInt(alphabet.length())));
        }
        return text.toString().strip();
    }
}

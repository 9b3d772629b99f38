/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.core.configuration;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Set;
import javax.xml.stream.XMLStreamException;
import org.junit.jupiter.api.Test;
import org.osgi.framework.FrameworkUtil;

class UnknownKeysTest {

    private static final Set<String> KNOWN = Set.of("pageBudget", "callFuel");

    @Test
    void theWarningNamesThePidTheUnknownKeysAndTheKnownOnes() {
        String warning = UnknownKeys.warning(
                "io.bascule.probe",
                FrameworkUtil.asDictionary(Map.of("page.budget", "5", "callFuel", "9", "service.pid", "x")),
                KNOWN);
        assertTrue(warning.contains("io.bascule.probe"), warning);
        assertTrue(warning.contains("[page.budget]"), warning);
        assertTrue(warning.contains("[callFuel, pageBudget]"), warning);
    }

    @Test
    void keysOfTheFrameworkAndOfFileInstallAreNoMistake() {
        Map<String, Object> properties = Map.of(
                "pageBudget",
                "5",
                "service.pid",
                "x",
                "felix.fileinstall.filename",
                "file:/x",
                EnvironmentConfigurations.MARK,
                "environment");
        assertEquals("", UnknownKeys.warning("io.bascule.probe", FrameworkUtil.asDictionary(properties), KNOWN));
        assertEquals("", UnknownKeys.warning("io.bascule.probe", null, KNOWN));
    }

    @Test
    void keysAreReadOfTheDescriptionThatThePidPointsTo() throws XMLStreamException {
        String xml = """
                <MetaData xmlns='http://www.osgi.org/xmlns/metatype/v1.4.0'>
                  <OCD id='a' name='A'><AD id='one' type='Long'><Option value='1'/></AD><AD id='two' type='Long'/></OCD>
                  <OCD id='b' name='B'><AD id='three' type='Long'/></OCD>
                  <Designate pid='p'><Object ocdref='a'/></Designate>
                  <Designate factoryPid='f'><Object ocdref='b'/></Designate>
                  <Designate pid='empty'/>
                </MetaData>
                """;
        assertEquals(
                Map.of("p", Set.of("one", "two"), "empty", Set.of()),
                MetatypeKeys.ofSingletons(new ByteArrayInputStream(xml.getBytes(StandardCharsets.UTF_8))));
    }
}

/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.wasm.extender.wrap;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.bascule.wasm.engine.EngineConfig;
import io.bascule.wasm.engine.WasmEngine;
import io.bascule.wasm.extender.TestGuest;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.jar.Attributes;
import java.util.jar.JarEntry;
import java.util.jar.JarInputStream;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.w3c.dom.Document;
import org.w3c.dom.Element;

class BundleWrapperTest {

    private static final String META = """
            {"abi":1,"name":"guest","version":"1.2.0-rc.1","world":"processor","license":"MIT OR Apache-2.0",
             "description":"Ends \\"here\\",; not\\r\\nExport-Package: evil ${system;id} <&>",
             "config":{"properties":{
               "window":{"type":"integer","title":"Window","description":"a < b & \\"c\\"","default":16,"minimum":1,"maximum":64},
               "format":{"type":"string","default":"u16","enum":["u16","f32"]},
               "threshold":{"type":"number","default":80.5,"minimum":-1e9},
               "enabled":{"type":"boolean","default":true}}}}
            """;

    private static WasmEngine engine;

    @BeforeAll
    static void start() {
        engine = WasmEngine.start(EngineConfig.builder().warmUp(false).build());
    }

    @AfterAll
    static void stop() {
        engine.close();
    }

    private static byte[] wrap(byte[] wasm, String location) throws IOException {
        return new BundleWrapper(engine).wrap(wasm, null, location);
    }

    private static Attributes headers(byte[] bundle) throws IOException {
        try (JarInputStream jar = new JarInputStream(new ByteArrayInputStream(bundle))) {
            return jar.getManifest().getMainAttributes();
        }
    }

    private static Map<String, byte[]> entries(byte[] bundle) throws IOException {
        Map<String, byte[]> entries = new HashMap<>();
        try (JarInputStream jar = new JarInputStream(new ByteArrayInputStream(bundle))) {
            JarEntry entry;
            while ((entry = jar.getNextJarEntry()) != null) {
                entries.put(entry.getName(), jar.readAllBytes());
            }
        }
        return entries;
    }

    @Test
    void headersSayWhatTheModuleIsAndNeeds() throws Exception {
        byte[] wasm = TestGuest.good().emitting().wasm(META);
        Attributes headers = headers(wrap(wasm, "file:/deploy/x.wasm"));
        assertEquals("guest", headers.getValue("Bundle-SymbolicName"));
        assertEquals("1.2.0.rc_1", headers.getValue("Bundle-Version"));
        assertEquals(
                "osgi.extender;filter:=\"(osgi.extender=bascule.wasm)\","
                        + "bascule.host;filter:=\"(&(interface=emit)(version>=1.0)(!(version>=2.0)))\"",
                headers.getValue("Require-Capability"));
        String digest = engine.inspect(wasm).digest();
        String provided = headers.getValue("Provide-Capability");
        for (String part : new String[] {
            "bascule.module;", "name=guest", "version:Version=\"1.2.0.rc_1\"", "world=processor", "kind=wasm", digest
        }) {
            assertTrue(provided.contains(part), provided);
        }
        assertEquals(digest, headers.getValue(BundleWrapper.DIGEST_HEADER));
    }

    @Test
    void aDriverSaysWhereItsDevicesAreConfiguredAndStopsFirst() throws Exception {
        byte[] meter = Files.readAllBytes(Path.of("../samples/meter-driver/meter-driver-1.0.0.wasm"));
        String provided = headers(wrap(meter, "x.wasm")).getValue("Provide-Capability");
        for (String part : new String[] {
            "world=driver", "devices=\"io.bascule.wasm.driver\"", "devicesKey=module", "update=stop-first"
        }) {
            assertTrue(provided.contains(part), provided);
        }
        String processor = headers(wrap(TestGuest.good().wasm(META), "x.wasm")).getValue("Provide-Capability");
        assertFalse(processor.contains("devices"), processor);
    }

    @Test
    void whatAModuleSaysCannotBecomeAnotherHeaderNorAMacro() throws Exception {
        Attributes headers = headers(wrap(TestGuest.good().wasm(META), "x.wasm"));
        assertNull(headers.getValue("Export-Package"));
        assertTrue(headers.getValue("Bundle-Description").contains("${system;id}"));
    }

    @Test
    void theSameModuleGivesTheSameBytes() throws Exception {
        byte[] wasm = TestGuest.good().emitting().wasm(META);
        byte[] first = wrap(wasm, "file:/a/x.wasm");
        java.util.TimeZone before = java.util.TimeZone.getDefault();
        try {
            java.util.TimeZone.setDefault(java.util.TimeZone.getTimeZone("Pacific/Auckland"));
            assertArrayEquals(first, wrap(wasm, "file:/b/y.wasm"));
        } finally {
            java.util.TimeZone.setDefault(before);
        }
    }

    @ParameterizedTest
    @CsvSource({
        "bascule:gateway/video@1.0.0, frame, (&(interface=video)(version>=1.0)(!(version>=2.0))(function=frame))",
        "bascule:gateway/emit@2.1.0, readings, (&(interface=emit)(version>=2.1)(!(version>=3.0)))",
        "bascule:gateway/emit@1.0.0, erase, (&(interface=emit)(version>=1.0)(!(version>=2.0))(function=erase))",
        "wasi_snapshot_preview1, path_open,"
                + " (&(interface=wasi_snapshot_preview1)(version>=1.0)(!(version>=2.0))(function=path_open))",
        "env, ab(or)t*, (&(interface=env)(function=ab\\(or\\)t\\*))",
    })
    void whatIsNotOfferedIsARequirementThatNobodyMeets(String module, String function, String filter) throws Exception {
        // Looked for as text, because the header escapes backslashes once more.
        byte[] wasm = TestGuest.good()
                .and("")
                .importing(module, function.equals("ab(or)t*") ? "x" : function, "(param i32)")
                .wasm(META);
        String required = headers(wrap(wasm, "x.wasm")).getValue("Require-Capability");
        String expected = function.equals("ab(or)t*") ? "(&(interface=env)(function=x))" : filter;
        assertTrue(required.contains(expected), required);
        assertEquals(
                "(&(interface=a\\(b\\)\\*\\\\)(function=f))",
                BundleWrapper.filter(new io.bascule.wasm.abi.HostRequirement(
                        "a(b)*\\", null, new java.util.TreeSet<>(java.util.List.of("f")))));
    }

    @Test
    void settingsBecomeAForm() throws Exception {
        Map<String, byte[]> entries = entries(wrap(TestGuest.good().wasm(META), "x.wasm"));
        Document form = DocumentBuilderFactory.newInstance()
                .newDocumentBuilder()
                .parse(new ByteArrayInputStream(entries.get("OSGI-INF/metatype/guest.xml")));
        assertEquals(4, form.getElementsByTagName("AD").getLength());
        Element window = (Element) form.getElementsByTagName("AD").item(0);
        assertEquals("window", window.getAttribute("id"));
        assertEquals("Long", window.getAttribute("type"));
        assertEquals("16", window.getAttribute("default"));
        assertEquals("1", window.getAttribute("min"));
        assertEquals("64", window.getAttribute("max"));
        assertEquals("a < b & \"c\"", window.getAttribute("description"));
        assertEquals(2, form.getElementsByTagName("Option").getLength());
        Element designate = (Element) form.getElementsByTagName("Designate").item(0);
        assertEquals("guest", designate.getAttribute("pid"));
        Element threshold = (Element) form.getElementsByTagName("AD").item(2);
        assertEquals("-1000000000", threshold.getAttribute("min"));
    }

    @Test
    void nameAndVersionMayComeFromTheFileOrTheNeighbour() throws Exception {
        byte[] bare = TestGuest.good().bare();
        assertEquals(
                "filter", headers(wrap(bare, "file:/deploy/filter-2.0.1.wasm")).getValue("Bundle-SymbolicName"));
        assertEquals(
                "beside",
                headers(new BundleWrapper(engine)
                                .wrap(
                                        bare,
                                        "{\"abi\":1,\"name\":\"beside\",\"version\":\"1.0.0\"}"
                                                .getBytes(StandardCharsets.UTF_8),
                                        "file:/deploy/x.wasm"))
                        .getValue("Bundle-SymbolicName"));
        assertEquals(
                "filter",
                headers(wrap(bare, WasmUrlHandler.nameOf("mvn:io.example/filter/2.0.1/wasm")))
                        .getValue("Bundle-SymbolicName"));
        IOException refused = assertThrows(IOException.class, () -> wrap(bare, "file:/deploy/x.wasm"));
        assertTrue(refused.getMessage().contains("file:/deploy/x.wasm"), refused.getMessage());
    }

    @Test
    void whatIsNoModuleIsRefusedWithItsLocation() {
        IOException refused = assertThrows(IOException.class, () -> wrap(new byte[] {1, 2, 3}, "file:/x.wasm"));
        assertTrue(refused.getMessage().contains("file:/x.wasm"), refused.getMessage());
    }
}

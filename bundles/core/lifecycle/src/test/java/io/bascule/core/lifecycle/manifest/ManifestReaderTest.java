/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.core.lifecycle.manifest;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.bascule.api.module.ModuleException;
import io.bascule.api.module.UpdateStrategy;
import io.bascule.api.module.deployment.CanaryStep;
import io.bascule.api.module.deployment.DeploymentPlan;
import io.bascule.api.module.deployment.ModuleChange;
import io.bascule.api.module.deployment.TrialRules;
import io.bascule.api.security.Capability;
import io.bascule.api.security.Grant;
import io.bascule.api.security.NamePattern;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ManifestReaderTest {

    private static final Path PAGE = Path.of("../../../docs/reference/deployment.md");
    private static final String BASE = "file:/opt/line1/week47.deployment.json";

    private static DeploymentPlan read(String json) throws ModuleException {
        return ManifestReader.read(json.replace('\'', '"'), BASE);
    }

    private static String problems(String json) {
        return String.valueOf(
                assertThrows(ModuleException.class, () -> read(json)).getMessage());
    }

    /** A manifest with one module of which {@code keys} is the text. */
    private static String module(String keys) {
        return "{'bascule':'deployment/1','name':'x','modules':[{'name':'fir'," + keys + "}]}";
    }

    private static String example() throws IOException {
        Matcher block = Pattern.compile("```json\\n(.*?)```", Pattern.DOTALL).matcher(Files.readString(PAGE));
        assertTrue(block.find(), "docs/reference/deployment.md has an example");
        return block.group(1);
    }

    @Test
    void theExampleOfTheReferencePageIsReadCompletely() throws IOException, ModuleException {
        DeploymentPlan plan = ManifestReader.read(example(), BASE);
        assertEquals("line 1, week 47", plan.name());
        assertEquals(
                new ModuleChange.Put(
                        "trend-anomaly",
                        "1.3.0",
                        "file:/opt/line1/trend-anomaly-1.3.0.wasm",
                        "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
                        48213,
                        Map.of("moving-average", "[1.0.0,2.0.0)"),
                        Optional.of(Map.of("threshold", 4.5, "window", 60L, "names", List.of("oil", "water"))),
                        Optional.of(List.of(
                                new Grant("trend-anomaly", Capability.LOG, List.of()),
                                new Grant(
                                        "trend-anomaly", Capability.CHANNEL_READ, List.of(NamePattern.of("line1/*"))))),
                        Optional.of(UpdateStrategy.SIDE_BY_SIDE)),
                plan.changes().get(0));
        assertEquals(new ModuleChange.Remove("old-filter"), plan.changes().get(1));
        assertEquals(
                new ModuleChange.Reconfigure("moving-average", Optional.of(Map.of("window", 120L)), Optional.empty()),
                plan.changes().get(2));
        assertEquals(
                List.of(new CanaryStep(10, Duration.ofSeconds(30)), new CanaryStep(50, Duration.ofSeconds(30))),
                plan.canary());
        assertEquals(TrialRules.DEFAULT, plan.trial(), "the page shows the defaults");
        assertEquals(0, plan.restartsMax());
    }

    @Test
    void thePageNamesEveryKeyOfTheExample() throws IOException {
        String page = Files.readString(PAGE);
        Matcher key = Pattern.compile("\"([a-zA-Z0-9]+)\":").matcher(example());
        int keys = 0;
        while (key.find()) {
            boolean isChosenByTheModule =
                    List.of("threshold", "window", "names", "log").contains(key.group(1));
            assertTrue(
                    isChosenByTheModule
                            || page.contains("| `" + key.group(1) + "` |")
                            || page.contains("### `" + key.group(1) + "`"),
                    key.group(1));
            keys++;
        }
        assertTrue(keys > 20, "keys " + keys);
    }

    @Test
    void theLeastThatCanBeSaidIsReadWithTheDefaults() throws ModuleException {
        DeploymentPlan plan = read(module("'url':'https://example.com/fir-2.0.0.wasm'"));
        assertEquals(TrialRules.DEFAULT, plan.trial());
        assertEquals(List.of(), plan.canary());
        assertEquals(
                new ModuleChange.Put(
                        "fir",
                        "",
                        "https://example.com/fir-2.0.0.wasm",
                        "",
                        0,
                        Map.of(),
                        Optional.empty(),
                        Optional.empty(),
                        Optional.empty()),
                plan.changes().get(0));
    }

    @Test
    void allProblemsAreListedWithTheirPlace() {
        String text = problems("{'bascule':'deployment/2','nmae':'x','modules':["
                + "{'name':'Fir','url':'a.wasm','sha256':'ABC','size':-1,'update':'later','colour':1},"
                + "{'name':'iir','version':'one','requires':{'iir':'[1,2)','x y':'1'}},"
                + "{'name':'old','remove':false,'url':'b.wasm'},"
                + "{'name':'lone'},"
                + "{'url':'c.wasm'},"
                + "7],"
                + "'canary':[{'percent':100}],'trial':{'seconds':'30','faultMax':0,'outputRatioMin':-1},"
                + "'restartsMax':1.5}");
        for (String expected : List.of(
                "/bascule: expected 'deployment/1', got 'deployment/2'",
                "/: key 'name' is missing",
                "/nmae: key 'nmae' is unknown here; expected bascule, name, modules",
                "/modules/0/name: module name 'Fir' is not valid",
                "/modules/0/sha256: expected 64 lower-case hexadecimal digits, got 'ABC'",
                "/modules/0/size: expected a whole number from 1 up, got -1",
                "/modules/0/update: expected side-by-side or stop-first, got 'later'",
                "/modules/0/colour: key 'colour' is unknown here",
                "/modules/1: key 'url' is missing",
                "/modules/1/version: 'one' is no version",
                "/modules/1/requires/iir: the module requires itself",
                "/modules/1/requires/x y: 'x y': '1' is not valid",
                "/modules/2/remove: expected true",
                "/modules/2/url: key 'url' is unknown here; expected name, remove",
                "/modules/3/name: nothing is said about the module",
                "/modules/4: key 'name' is missing",
                "/modules/5: expected an object in braces, got 7",
                "/canary/0: key 'seconds' is missing",
                "/canary/0/percent: expected a whole number from 0 to 99, got 100",
                "/trial/seconds: expected a whole number from 0 to 604800, got '30'",
                "/trial/faultMax: key 'faultMax' is unknown here; expected seconds, faultsMax",
                "/trial/outputRatioMin: expected a number from 0 up, got -1",
                "/restartsMax: expected a whole number from 0 to 10000, got 1.5")) {
            assertTrue(text.contains("\n  " + expected), expected + " in " + text);
        }
        assertTrue(text.startsWith("manifest '" + BASE + "' is not valid; it has "), text);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "'configuration':{'a':null}",
                "'configuration':{'a':{'b':1}}",
                "'configuration':{'a':[1,'x']}",
                "'configuration':{'a':[[1]]}",
                "'configuration':{'a':1e999}",
                "'configuration':{'a':1,'A':2}",
                "'configuration':{'service.pid':'other'}",
                "'configuration':{'felix.fileinstall.filename':'/etc/passwd'}",
                "'configuration':[]",
                "'configuration':null",
                "'grants':{'fly':true}",
                "'grants':{'log':false}",
                "'grants':{'log':['a']}",
                "'grants':{'channel-read':true}",
                "'grants':{'channel-read':[]}",
                "'grants':{'channel-read':['']}",
                "'grants':{'log':true,'log':true}"
            })
    void aConfigurationOrGrantThatCannotBeKeptIsRefused(String keys) {
        String text = problems(module(keys));
        assertTrue(text.contains("\n  /modules/0/"), text);
        assertTrue(text.contains("it has 1 problem:"), text);
    }

    @Test
    void listsOfNumbersAreOfOneTypeAndLargeNumbersStayNumbers() throws ModuleException {
        ModuleChange.Reconfigure change = (ModuleChange.Reconfigure)
                read(module("'configuration':{'a':[1,2.5],'b':[],'c':123456789012345678901,'d':true}"))
                        .changes()
                        .get(0);
        assertEquals(
                Optional.of(Map.of("a", List.of(1.0, 2.5), "b", List.of(), "c", 1.2345678901234568e20, "d", true)),
                change.configuration());
    }

    @ParameterizedTest
    @CsvSource({
        "file:/opt/a/m.json, b/c.wasm, file:/opt/a/b/c.wasm",
        "file:/opt/a/m.json, ../c%20d.wasm, file:/opt/c%20d.wasm",
        "https://h:8443/a/m.json, c.wasm, https://h:8443/a/c.wasm",
        "file:/opt/a/m.json, mvn:g/a/1, mvn:g/a/1",
        "mvn:g/a/1/json, https://h/c.wasm, https://h/c.wasm"
    })
    void aRelativeUrlStartsWhereTheManifestCameFrom(String base, String url, String expected) throws ModuleException {
        ModuleChange.Put put = (ModuleChange.Put)
                ManifestReader.read(module("'url':'" + url + "'").replace('\'', '"'), base)
                        .changes()
                        .get(0);
        assertEquals(expected, put.url());
    }

    @Test
    void aRelativeUrlWithoutAPlaceToStartFromOrWithASpaceIsRefused() {
        String text = String.valueOf(assertThrows(
                        ModuleException.class,
                        () -> ManifestReader.read(module("'url':'c.wasm'").replace('\'', '"'), "mvn:g/a/1/json"))
                .getMessage());
        assertTrue(text.contains("/modules/0/url: 'c.wasm' is relative"), text);
        assertTrue(problems(module("'url':'c d.wasm'")).contains("write a space as %20"));
    }

    @Test
    void aModuleThatStandsTwiceIsRefusedByItsSecondPlace() {
        String text = problems(
                "{'bascule':'deployment/1','name':'x','modules':[{'name':'a','remove':true},{'name':'a','url':'b'}]}");
        assertTrue(text.contains("/modules/1/name: module 'a' stands twice"), text);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "[", "[]", "nul", "{} {}", "{'a':}", "7", "'x'", "{'a':1,}"})
    void whatIsNoManifestAtAllIsRefused(String json) {
        assertTrue(problems(json).contains("is not valid"));
    }

    @Test
    void lengthDepthAndTheNumberOfProblemsAreBounded() {
        assertTrue(
                problems(" ".repeat(ManifestReader.LENGTH_MAX + 1)).contains("at most " + ManifestReader.LENGTH_MAX));
        assertTrue(problems("[".repeat(100_000)).contains("nested deeper than"));
        StringBuilder many = new StringBuilder("{");
        for (int i = 0; i < 1000; i++) {
            many.append("'k").append(i).append("':1,");
        }
        String text = problems(many.append("'z':1}").toString());
        assertTrue(text.contains("more"), text);
        assertEquals(Problems.SHOWN_MAX + 2, text.lines().count());
        StringBuilder modules = new StringBuilder("{'bascule':'deployment/1','name':'x','modules':[");
        for (int i = 0; i <= DeploymentPlan.CHANGES_MAX; i++) {
            modules.append(i == 0 ? "" : ",").append("{'name':'m").append(i).append("','remove':true}");
        }
        assertTrue(
                problems(modules.append("]}").toString()).contains("/modules: expected at most 500 elements, got 501"));
    }

    @Test
    void aManifestThatWasDamagedIsRefusedOrReadButNeverAnythingElse() throws IOException {
        String example = example();
        Random random = new Random(47);
        int refused = 0;
        for (int i = 0; i < 3000; i++) {
            StringBuilder damaged = new StringBuilder(example);
            int at = random.nextInt(damaged.length());
            if (random.nextBoolean()) {
                damaged.deleteCharAt(at);
            } else {
                damaged.setCharAt(at, "{}[],:\"0x-".charAt(random.nextInt(10)));
            }
            try {
                assertFalse(
                        ManifestReader.read(damaged.toString(), BASE).changes().isEmpty());
            } catch (ModuleException e) {
                refused++;
            }
        }
        assertTrue(refused > 1000, "refused " + refused);
    }
}

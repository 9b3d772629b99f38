/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.karaf.itests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

/** The settings that a WASM module declares are a form in the web console, and what a person enters there holds. */
@ExtendWith(SharedGateway.class)
@Timeout(600)
class ModuleFormIT {

    private static final String FILE = "deploy/moving-average.wasm";

    /** Types of metatype attributes (OSGi Compendium, AttributeDefinition): what the form makes an input field of. */
    private static final int STRING = 1;

    private static final int LONG = 2;
    private static final int DOUBLE = 7;
    private static final int BOOLEAN = 11;

    private final Gateway gateway;

    ModuleFormIT(Gateway gateway) {
        this.gateway = gateway;
    }

    @Test
    void theSchemaOfAModuleIsAFormAndAChangedValueIsTakenWithoutARestartOfOthers() throws Exception {
        install();
        gateway.await("the module is ready", () -> gateway.moduleState("moving-average")
                .equals("READY"));

        JsonObject form = form();
        assertEquals("Module moving-average", form.get("title").getAsString());
        assertEquals(
                "Moving average of each channel, with a high alarm that has hysteresis",
                form.get("description").getAsString());
        JsonObject fields = form.getAsJsonObject("properties");
        assertEquals(
                Set.of("enabled", "sampling_rate", "window", "threshold", "hysteresis", "output", "report_every"),
                fields.keySet());
        assertField(fields, "enabled", "Enabled", BOOLEAN, "true");
        assertField(fields, "window", "Window", LONG, "16");
        assertField(fields, "threshold", "Threshold", DOUBLE, "100");
        assertField(fields, "output", "Output channel", STRING, "");
        String description =
                fields.getAsJsonObject("threshold").get("description").getAsString();
        assertTrue(
                description.startsWith(
                        "An alert is raised when the average rises above this, in the unit of the channel"),
                description);
        assertEquals(0, alerts(50));

        List<Long> before = callsOfOthers();
        console(
                "moving-average",
                "apply=true&action=ajaxConfigManager&propertylist=threshold,window&threshold=30&window=4");

        gateway.await("the module takes the threshold", () -> alerts(50) == 1);
        assertEquals(0, alerts(29));
        JsonObject changed = form().getAsJsonObject("properties");
        assertField(changed, "threshold", "Threshold", DOUBLE, "30");
        assertField(changed, "window", "Window", LONG, "4");
        assertTrue(changed.getAsJsonObject("threshold").get("is_set").getAsBoolean());
        assertEquals("READY", gateway.moduleState("moving-average"));
        // A module or a flow that starts again counts from zero.
        List<Long> after = callsOfOthers();
        for (int i = 0; i < before.size(); i++) {
            assertTrue(after.get(i) >= before.get(i), before + " calls before, " + after + " after");
        }
        assertTrue(before.get(0) > 0, before.toString());
    }

    /** What the schema does not allow is refused as a whole, and whoever looks sees why. */
    @Test
    void aValueOutOfItsRangeLeavesTheOldOneInForceAndTheStatusSaysWhy() throws Exception {
        install();
        gateway.await("the module is ready", () -> gateway.moduleState("moving-average")
                .equals("READY"));

        console("moving-average", "apply=true&action=ajaxConfigManager&propertylist=window&window=65");

        gateway.await("the refusal", () -> reason().contains("'window' is 65"));
        assertEquals("READY", gateway.moduleState("moving-average"));
        assertEquals(0, alerts(50));
    }

    private void install() throws IOException {
        gateway.ok("bascule:grant moving-average channel-read '**'");
        gateway.ok("bascule:grant moving-average channel-write 'average/*'");
        gateway.put(FILE, Files.readAllBytes(gateway.home().resolve("samples/moving-average-1.0.0.wasm")));
    }

    @AfterEach
    void remove() throws IOException, InterruptedException {
        gateway.ok("bascule:revoke moving-average channel-read");
        gateway.ok("bascule:revoke moving-average channel-write");
        console("moving-average", "apply=true&delete=true");
        Files.deleteIfExists(gateway.home().resolve(FILE));
        gateway.await(
                "the module is gone", () -> gateway.module("moving-average").isEmpty());
    }

    private String reason() {
        return gateway.module("moving-average")
                .map(m -> m.get("reason").getAsString())
                .orElse("");
    }

    private static void assertField(JsonObject fields, String key, String name, int type, String value) {
        JsonObject field = fields.getAsJsonObject(key);
        assertEquals(name, field.get("name").getAsString());
        assertEquals(type, field.get("type").getAsInt(), key);
        assertEquals(value, field.get("value").getAsString().replaceAll("\\.0$", ""), key);
    }

    /** Returns how many alerts the module raises on as many readings of {@code value} as its widest window takes. */
    private int alerts(int value) {
        try {
            String output = gateway.ok("bascule:module-call moving-average process" + (" " + value).repeat(16));
            return Integer.parseInt(output.replaceAll("(?s).*, (\\d+) alerts\\s*", "$1"));
        } catch (IOException e) {
            throw new AssertionError("the shell does not answer", e);
        }
    }

    private List<Long> callsOfOthers() {
        return List.of(
                gateway.module("trend-anomaly").orElseThrow().get("calls").getAsLong(),
                gateway.stageCounter("machine-temperature", "anomaly", "readingsIn"));
    }

    private JsonObject form() throws IOException, InterruptedException {
        return JsonParser.parseString(console("moving-average?post=true", "")).getAsJsonObject();
    }

    private String console(String path, String body) throws IOException, InterruptedException {
        String credentials = "admin:" + gateway.password();
        HttpRequest request = HttpRequest.newBuilder(
                        URI.create("http://127.0.0.1:" + gateway.httpPort() + "/system/console/configMgr/" + path))
                .timeout(Duration.ofSeconds(60))
                .header(
                        "Authorization",
                        "Basic " + Base64.getEncoder().encodeToString(credentials.getBytes(StandardCharsets.UTF_8)))
                .header("Content-Type", "application/x-www-form-urlencoded")
                .POST(HttpRequest.BodyPublishers.ofString(body))
                .build();
        HttpResponse<String> answer = HttpClient.newHttpClient().send(request, HttpResponse.BodyHandlers.ofString());
        assertTrue(answer.statusCode() < 400, path + ": " + answer.statusCode() + " " + answer.body());
        return answer.body();
    }
}

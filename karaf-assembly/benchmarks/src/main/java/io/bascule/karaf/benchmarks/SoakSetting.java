/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.karaf.benchmarks;

import io.bascule.api.module.ModuleKind;
import io.bascule.testkit.fixture.Flavour;
import io.bascule.testkit.fixture.ModuleFixture;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.StringJoiner;
import java.util.stream.Stream;

/** What the gateway that soaks is made of. Its devices come when its flows run, so that no reading is older than what counts it. */
final class SoakSetting {

    static final String CONNECTION = "soak";

    private static final int STATION_CHANNELS = 20;
    private static final String DRIVER = "io.bascule.driver.";

    private SoakSetting() {}

    /** Prepares a gateway that has not been started. */
    static void prepare(Gateway gateway, SoakPlan plan, int brokerPort) throws IOException {
        gateway.removeDemo();
        gateway.useFreePorts();
        gateway.addFeatures("bascule-driver-modbus", "bascule-connector-mqtt", "bascule-store");
        Files.createDirectories(plan.artefacts());
        for (int i = 0; i < plan.versions(); i++) {
            ModuleFixture.write(plan.artefacts(), ModuleKind.WASM, SoakPlan.MODULE, SoakPlan.version(i), Flavour.GOOD);
        }
        Path home = gateway.home();
        plan.write(home.resolve(SoakPlan.FILE));
        Files.writeString(
                home.resolve("etc/io.bascule.security.grants.cfg"),
                "\n" + SoakPlan.MODULE + ".channel-read = **\n" + SoakPlan.MODULE + ".channel-write = **\nmqtt-"
                        + CONNECTION + ".channel-write = " + SoakCommands.CHANNEL + ", "
                        + SoakCommands.STATION_CHANNEL + "\n",
                StandardOpenOption.APPEND);
        Files.writeString(home.resolve("etc/io.bascule.connectors.mqtt-" + CONNECTION + ".cfg"), """
                name = %s
                host = 127.0.0.1
                port = %d
                clientId = gateway
                gateway = soak
                stateTopic = soak-state
                commandTopic = %s
                replyTopic = soak/reply
                keepAliveSeconds = 5
                timeoutMillis = 3000
                answerTimeoutMillis = 5000
                retryMinMillis = 200
                retryMaxMillis = 2000
                """.formatted(
                        CONNECTION, brokerPort, SoakCommands.TOPIC));
        Files.writeString(home.resolve("etc/flows/" + SoakPlan.LINE + ".json"), """
                {"name":"%s","stages":[
                  {"id":"in","type":"channels","channels":["%s*/*"]},
                  {"id":"work","type":"module","module":"%s","onFault":"retry"},
                  {"id":"keep","type":"store","onFault":"retry"},
                  {"id":"out","type":"mqtt","onFault":"retry",
                   "config":{"connection":"%s","topic":"soak/line/{channel}","durable":true}}],
                 "edges":[{"from":"in","to":"work"},{"from":"work","to":"keep"},{"from":"work","to":"out"}]}
                """.formatted(
                        SoakPlan.LINE, SoakPlan.NUMBERED, SoakPlan.MODULE, CONNECTION));
        Files.writeString(home.resolve("etc/flows/" + SoakPlan.FIELD + ".json"), """
                {"name":"%s","stages":[
                  {"id":"in","type":"channels","channels":["%s*/*","%s*/*","%s*/*"]},
                  {"id":"keep","type":"store","onFault":"retry"},
                  {"id":"out","type":"mqtt","queue":{"overflow":"drop-oldest"},
                   "config":{"connection":"%s","topic":"soak/field/{channel}","waitMillis":1000}}],
                 "edges":[{"from":"in","to":"keep"},{"from":"in","to":"out"}]}
                """.formatted(
                        SoakPlan.FIELD, SoakPlan.STATION, SoakPlan.FLAKY, SoakPlan.COMMANDED, CONNECTION));
        gateway.addBundle(
                SoakProbe.class,
                "org.osgi.framework,io.bascule.api.channel,io.bascule.api.channel.driver,io.bascule.api.flow,"
                        + "io.bascule.api.module,io.bascule.api.module.deployment,io.bascule.api.module.traffic,"
                        + "io.bascule.api.security,io.bascule.api.store",
                90,
                SoakPlan.class,
                SoakSeen.class,
                Resources.class,
                Deployer.class);
    }

    /** Gives a running gateway its devices. */
    static int addDevices(Gateway gateway, SoakPlan plan, List<SoakStation> stations) throws IOException {
        for (int i = 0; i < plan.simulators(); i++) {
            // By load, not by the clock: a busy machine then makes fewer readings, but leaves none out.
            put(gateway, "simulator", SoakPlan.NUMBERED + i, """
                    channels = count=counter;total=counter
                    readingsPerSecond = 100
                    batchSize = 10
                    staleAfterMillis = 86400000
                    """);
        }
        for (int i = 0; i < stations.size(); i++) {
            StringJoiner channels = new StringJoiner(";", "channels = goal=holding:10;", "\n");
            for (int c = 0; c < STATION_CHANNELS; c++) {
                channels.add("c" + c + "=input:" + c * 3);
            }
            put(
                    gateway,
                    "modbus",
                    SoakPlan.STATION + i,
                    """
                    host = 127.0.0.1
                    port = %d
                    scanPeriodMillis = 500
                    timeoutMillis = 500
                    staleAfterMillis = 3000
                    retryMinMillis = 200
                    retryMaxMillis = 2000
                    """.formatted(stations.get(i).port()) + channels);
        }
        put(gateway, "simulator", SoakPlan.FLAKY + "0", """
                channels = level=sine(period=7s,max=40);noise=noise
                scanPeriodMillis = 100
                seed = %d
                faults = disconnect(every=23s,for=3s);bad(channel=level,every=11s,for=1s);timeout(channel=noise,every=13s,for=2s);\
                silence(channel=level,every=17s,for=6s)
                staleAfterMillis = 3000
                retryMinMillis = 200
                retryMaxMillis = 1000
                """.formatted(plan.seed()));
        put(
                gateway,
                "simulator",
                SoakPlan.COMMANDED + "0",
                "channels = goal=setpoint(kind=i64)\nscanPeriodMillis = 500\n");
        return plan.simulators() + stations.size() + 2;
    }

    /** As a careful person does it: written beside its place, then moved there. */
    private static void put(Gateway gateway, String driver, String device, String settings) throws IOException {
        Path draft = gateway.home().resolve("data/soak-draft");
        Files.writeString(draft, "device = " + device + "\n" + settings);
        Files.move(
                draft,
                gateway.home().resolve("etc/" + DRIVER + driver + "-" + device + ".cfg"),
                StandardCopyOption.ATOMIC_MOVE);
    }

    /** Takes the devices away again: no reading comes after that. */
    static void removeDevices(Gateway gateway) throws IOException {
        try (Stream<Path> files = Files.list(gateway.home().resolve("etc"))) {
            for (Path file : files.filter(f -> String.valueOf(f.getFileName()).startsWith(DRIVER))
                    .toList()) {
                Files.delete(file);
            }
        }
    }
}

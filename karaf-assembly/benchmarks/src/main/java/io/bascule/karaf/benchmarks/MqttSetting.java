/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.karaf.benchmarks;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.StandardOpenOption;

/** Makes a gateway hear the one topic, run each value through a WebAssembly module and send it to the other topic. */
final class MqttSetting {

    private static final String MODULE = "moving-average";

    private MqttSetting() {}

    static void prepare(Gateway gateway, int port, int qos) throws IOException {
        gateway.removeDemo();
        gateway.addFeatures("bascule-driver-mqtt", "bascule-connector-mqtt");
        Files.write(gateway.home().resolve("deploy/" + MODULE + "-1.0.0.wasm"), Artefacts.sample(MODULE, "1.0.0"));
        Files.writeString(
                gateway.home().resolve("etc/io.bascule.security.grants.cfg"),
                "\n" + MODULE + ".channel-read = **\n" + MODULE + ".channel-write = **\n",
                StandardOpenOption.APPEND);
        Files.writeString(
                gateway.home().resolve("etc/io.bascule.driver.mqtt-press.cfg"), """
                device = press
                broker = tcp://127.0.0.1:%d
                channels = value=%s(qos=%d,scan=on-change)
                """.formatted(port, MqttRun.IN, qos));
        Files.writeString(gateway.home().resolve("etc/io.bascule.connectors.mqtt-bench.cfg"), """
                name = bench
                host = 127.0.0.1
                port = %d
                inFlightMax = %d
                """.formatted(
                        port, PahoLoop.IN_FLIGHT));
        // The average of one reading is that reading; its alert at the threshold is raised once.
        Files.writeString(gateway.home().resolve("etc/flows/bench.json"), """
                {"name":"bench","stages":[
                  {"id":"in","type":"channels","channels":["press/value"],"optional":true},
                  {"id":"above","type":"module","module":"%s","config":{"window":1,"threshold":%d}},
                  {"id":"out","type":"mqtt","config":{"connection":"bench","topic":"%s","payload":"raw","qos":%d}}],
                 "edges":[{"from":"in","to":"above"},{"from":"above","to":"out"}]}
                """.formatted(
                        MODULE, MqttRun.FIRST / 2, MqttRun.OUT, qos));
    }
}

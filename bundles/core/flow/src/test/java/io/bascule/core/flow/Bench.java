/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.core.flow;

import io.bascule.api.channel.Batch;
import io.bascule.api.channel.Channel;
import io.bascule.api.channel.ChannelWriter;
import io.bascule.api.channel.ValueKind;
import io.bascule.api.channel.alert.Alert;
import io.bascule.api.channel.alert.AlertRegistry;
import io.bascule.api.channel.spi.DeviceDescriptor;
import io.bascule.api.channel.spi.DeviceSession;
import io.bascule.api.channel.spi.DeviceWriter;
import io.bascule.api.flow.FlowException;
import io.bascule.api.flow.FlowProblem;
import io.bascule.api.flow.FlowStatus;
import io.bascule.api.flow.FlowStatus.StageStatus;
import io.bascule.api.flow.spi.Stage;
import io.bascule.api.flow.spi.StageFactory;
import io.bascule.api.flow.spi.StageOutput;
import io.bascule.testkit.Await;
import io.bascule.testkit.FakeChannelRegistry;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;

/** An engine on a workbench: a device with one channel in front, a sink that keeps what arrives behind. */
final class Bench implements AutoCloseable {

    final FakeChannelRegistry channels = new FakeChannelRegistry();
    final RaisedAlerts alerts = new RaisedAlerts();
    final Collector collector = new Collector();
    final Path folder;
    final DeviceSession device;
    final Channel channel;
    private final Path data;
    private final Duration drain;
    private final Duration poll;
    DocumentFlowEngine engine;

    Bench(Path data) throws IOException {
        this(data, Duration.ofSeconds(5));
    }

    Bench(Path data, Duration drain) throws IOException {
        this(data, drain, Duration.ofMillis(100));
    }

    Bench(Path data, Duration drain, Duration poll) throws IOException {
        this.data = data;
        this.drain = drain;
        this.poll = poll;
        this.folder = Files.createDirectories(data.resolve("flows"));
        this.device = channels.openDevice(
                new DeviceDescriptor(
                        "machine",
                        "test",
                        List.of(new DeviceDescriptor.Point(
                                "machine/temperature", ValueKind.F64, Channel.Access.READ, "degC", ""))),
                DeviceWriter.READ_ONLY);
        device.connected();
        this.channel = device.channel("machine/temperature");
        this.engine = newEngine();
    }

    private DocumentFlowEngine newEngine() {
        ChannelWriter writer = (subject, writes) -> List.of();
        FlowEngineSettings settings = new FlowEngineSettings(folder, poll, drain, Duration.ofSeconds(2));
        DocumentFlowEngine made = new DocumentFlowEngine(
                channels, writer, alerts, settings, data.resolve("wishes.properties"), java.time.Clock.systemUTC());
        made.addStageFactory(collector, Map.of(StageFactory.TYPE, "collect"));
        made.open();
        return made;
    }

    /** What a restart of the gateway does to the engine. */
    void restart() {
        engine.close();
        engine = newEngine();
    }

    void put(String name, String json) throws IOException {
        Path fresh = data.resolve(name + ".new");
        Files.writeString(fresh, json);
        Files.move(
                fresh,
                folder.resolve(name + ".json"),
                java.nio.file.StandardCopyOption.REPLACE_EXISTING,
                java.nio.file.StandardCopyOption.ATOMIC_MOVE);
    }

    /** A flow channels -> module -> collect with extra keys of the module stage. */
    static String moduleFlow(String moduleKeys) {
        return """
                {"name":"f","stages":[
                  {"id":"in","type":"channels","channels":["machine/*"]},
                  {"id":"work","type":"module","module":"counter"%s},
                  {"id":"out","type":"collect"}],
                 "edges":[{"from":"in","to":"work"},{"from":"work","to":"out"}]}
                """.formatted(moduleKeys);
    }

    FlowStatus status() {
        return engine.find("f").orElseThrow();
    }

    void awaitState(FlowStatus.State state) {
        Await.until(
                "flow f to be " + state + ", it is "
                        + engine.find("f")
                                .map(f -> f.state() + " " + f.reason())
                                .orElse("not there"),
                () -> engine.find("f").filter(f -> f.state() == state).isPresent());
    }

    StageStatus stage(String id) {
        return status().stages().stream()
                .filter(s -> s.id().equals(id))
                .findFirst()
                .orElseThrow();
    }

    /** Publishes readings whose values count up from {@code first}. */
    void publish(int first, int count) {
        Batch.Builder builder = Batch.builder(count);
        for (int i = 0; i < count; i++) {
            builder.add(channel.handle(), first + i, first + i);
        }
        device.publish(builder.build());
    }

    @Override
    public void close() {
        collector.gate.countDown();
        engine.close();
        device.close();
    }

    /** A sink that keeps values in the order of their arrival, and can be made to stand still. */
    static final class Collector implements StageFactory {
        final List<Double> values = new CopyOnWriteArrayList<>();
        final List<Integer> channels = new CopyOnWriteArrayList<>();
        final List<Integer> sizes = new CopyOnWriteArrayList<>();
        final List<String> messages = new CopyOnWriteArrayList<>();
        final AtomicInteger opened = new AtomicInteger();
        volatile CountDownLatch gate = new CountDownLatch(0);
        volatile Runnable whenClosed = () -> {};

        @Override
        public Role role() {
            return Role.SINK;
        }

        @Override
        public List<FlowProblem> validate(String configJson) {
            return List.of();
        }

        @Override
        public Stage open(String flow, String id, String configJson, StageOutput output) {
            opened.incrementAndGet();
            return new Stage() {
                @Override
                public void accept(Batch batch) throws FlowException {
                    try {
                        gate.await();
                    } catch (InterruptedException e) {
                        throw new FlowException("interrupted", e);
                    }
                    sizes.add(batch.size());
                    for (int i = 0; i < batch.size(); i++) {
                        channels.add(batch.channel(i));
                        values.add(batch.asDouble(i));
                    }
                }

                @Override
                public boolean acceptMessage(String topic, byte[] payload) {
                    messages.add(topic + "=" + new String(payload, StandardCharsets.UTF_8));
                    return true;
                }

                @Override
                public void close() {
                    whenClosed.run();
                }
            };
        }
    }

    /** Keeps alerts. */
    static final class RaisedAlerts implements AlertRegistry {
        final List<Alert> raised = new CopyOnWriteArrayList<>();

        @Override
        public Entry raise(Alert alert) {
            raised.add(alert);
            return new Entry(raised.size(), alert, Instant.EPOCH, null);
        }

        @Override
        public List<Entry> list() {
            return List.of();
        }

        @Override
        public long raisedTotal() {
            return raised.size();
        }

        @Override
        public long droppedTotal() {
            return 0;
        }

        @Override
        public Optional<Entry> acknowledge(long id, String by) {
            return Optional.empty();
        }
    }
}

/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.connectors.mqtt;

import io.bascule.api.channel.Batch;
import io.bascule.api.channel.Channel;
import io.bascule.api.channel.ChannelWriter;
import io.bascule.api.channel.Quality;
import io.bascule.api.channel.ValueKind;
import io.bascule.api.flow.FlowException;
import io.bascule.api.flow.spi.Stage;
import io.bascule.api.security.Subject;
import io.bascule.testkit.Await;
import io.bascule.testkit.FakeChannelRegistry;
import io.bascule.testkit.RecordedEvents;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import org.osgi.framework.BundleContext;
import org.osgi.framework.ServiceRegistration;

/** The connector without a framework: a connection, its stages, and what they need of the gateway. */
final class Rig implements AutoCloseable {

    static final long TIME = 1_700_000_000_123_456_789L;

    final FakeChannelRegistry registry = new FakeChannelRegistry();
    final RecordedEvents events = new RecordedEvents();
    final Connections connections = new Connections();
    final List<ChannelWriter.Write> writes = new CopyOnWriteArrayList<>();
    final List<Subject> subjects = new CopyOnWriteArrayList<>();
    final Map<String, Object> services = new ConcurrentHashMap<>();
    private final List<MqttComponent> components = new ArrayList<>();

    /** Starts a connection; keys not given have their defaults. */
    MqttComponent connect(Map<String, Object> config) {
        MqttComponent component = new MqttComponent(context(), config(config), connections, registry, this::write);
        component.bindEvents(events);
        components.add(component);
        return component;
    }

    /** Starts a connection called local that is quick to come back. */
    MqttComponent connect(int port, Map<String, Object> more) {
        Map<String, Object> config = new HashMap<>(Map.of(
                "name", "local",
                "port", port,
                "gateway", "gw1",
                "timeoutMillis", 3000,
                "answerTimeoutMillis", 3000,
                "retryMinMillis", 50,
                "retryMaxMillis", 200));
        config.putAll(more);
        return connect(config);
    }

    /** Starts one and waits until it is connected. */
    MqttComponent connected(int port, Map<String, Object> more) {
        MqttComponent component = connect(port, more);
        Await.until("the connection", () -> component.state().isConnected());
        return component;
    }

    static MqttConfig config(Map<String, Object> values) {
        return (MqttConfig) Proxy.newProxyInstance(
                MqttConfig.class.getClassLoader(),
                new Class<?>[] {MqttConfig.class},
                (proxy, method, arguments) -> values.getOrDefault(method.getName(), method.getDefaultValue()));
    }

    private BundleContext context() {
        return (BundleContext) Proxy.newProxyInstance(
                BundleContext.class.getClassLoader(),
                new Class<?>[] {BundleContext.class},
                (proxy, method, arguments) -> switch (method.getName()) {
                    case "registerService" ->
                        register(
                                String.valueOf(arguments[0] instanceof Class<?> type ? type.getName() : arguments[0]),
                                arguments[1]);
                    case "getProperty" -> null;
                    case "getDataFile" -> null;
                    default -> throw new AssertionError("not expected: " + method);
                });
    }

    private ServiceRegistration<?> register(String type, Object service) {
        services.put(type, service);
        return (ServiceRegistration<?>) Proxy.newProxyInstance(
                ServiceRegistration.class.getClassLoader(),
                new Class<?>[] {ServiceRegistration.class},
                (proxy, method, arguments) -> {
                    if (method.getName().equals("unregister")) {
                        services.remove(type, service);
                    }
                    return null;
                });
    }

    /** Writes everything but channels called forbidden. */
    private List<ChannelWriter.Result> write(Subject subject, List<ChannelWriter.Write> wanted) {
        List<ChannelWriter.Result> results = new ArrayList<>();
        for (ChannelWriter.Write write : wanted) {
            subjects.add(subject);
            writes.add(write);
            boolean isForbidden = write.channel().endsWith("/forbidden");
            results.add(new ChannelWriter.Result(
                    write.channel(),
                    isForbidden ? Quality.BAD_USER_ACCESS_DENIED : Quality.GOOD,
                    isForbidden ? "not granted" : ""));
        }
        return results;
    }

    Channel number(String name) {
        return registry.openVirtual(name, ValueKind.F64, "degC");
    }

    /** Returns a batch with readings of one channel, a second apart. */
    static Batch batch(Channel channel, double... values) {
        Batch.Builder builder = Batch.builder(values.length);
        for (int i = 0; i < values.length; i++) {
            builder.add(channel.handle(), values[i], TIME + i * 1_000_000_000L);
        }
        return builder.build();
    }

    /** Opens a sink as a flow does. */
    Stage sink(String config) throws FlowException {
        MqttStages stages = new MqttStages(connections, registry);
        List<?> problems = stages.validate(config);
        if (!problems.isEmpty()) {
            throw new AssertionError(problems.toString());
        }
        return stages.open("flow1", "out", config, new NoOutput());
    }

    private static final class NoOutput implements io.bascule.api.flow.spi.StageOutput {
        @Override
        public void send(Batch batch) {
            throw new AssertionError("a sink sends nothing");
        }

        @Override
        public void sendMessage(String topic, byte[] payload) {
            throw new AssertionError("a sink sends nothing");
        }
    }

    void end(MqttComponent component) {
        components.remove(component);
        component.deactivate();
    }

    @Override
    public void close() {
        components.forEach(MqttComponent::deactivate);
    }
}

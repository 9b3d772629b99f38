/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.connectors.mqtt;

import io.bascule.api.channel.ChannelRegistry;
import io.bascule.api.channel.ChannelWriter;
import io.bascule.api.channel.event.GatewayEvent;
import io.bascule.api.store.Outbox;
import io.bascule.api.store.Outboxes;
import io.bascule.connectors.mqtt.sparkplug.ConnectCount;
import io.bascule.connectors.mqtt.sparkplug.EdgeNode;
import io.bascule.connectors.mqtt.transport.Paho3;
import io.bascule.connectors.mqtt.transport.Paho5;
import io.bascule.connectors.mqtt.transport.Publication;
import io.bascule.connectors.mqtt.transport.Transport;
import java.io.File;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.osgi.framework.BundleContext;
import org.osgi.framework.FrameworkUtil;
import org.osgi.framework.ServiceRegistration;
import org.osgi.service.component.ComponentServiceObjects;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.ConfigurationPolicy;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ReferenceCardinality;
import org.osgi.service.component.annotations.ReferencePolicy;
import org.osgi.service.component.annotations.ReferencePolicyOption;
import org.osgi.service.event.Event;
import org.osgi.service.event.EventAdmin;
import org.osgi.service.event.EventConstants;
import org.osgi.service.event.EventHandler;
import org.osgi.service.metatype.annotations.Designate;

/** One connection to a broker. A configuration that is wrong makes none: activation fails with every problem. */
@Component(
        service = {},
        immediate = true,
        configurationPid = MqttComponent.PID,
        configurationPolicy = ConfigurationPolicy.REQUIRE,
        name = MqttComponent.PID)
@Designate(ocd = MqttConfig.class, factory = true)
public final class MqttComponent implements Connections.Way, BrokerConnection.Observer {

    /** Factory PID of the configuration. */
    public static final String PID = "io.bascule.connectors.mqtt";

    /** Before the connection's name: its outbox, and the subject that its commands come from. */
    static final String PREFIX = "mqtt-";

    private final AtomicReference<@Nullable EventAdmin> events = new AtomicReference<>();
    private final AtomicLong ids = new AtomicLong();
    private final String run = String.format("%08x", ThreadLocalRandom.current().nextInt());
    private final Connections connections;
    private final MqttSettings settings;
    private final BrokerConnection connection;
    private final Commands commands;
    private final Deque<ServiceRegistration<?>> registrations = new ArrayDeque<>();
    private final OutboxSource outbox;

    /** Begins to connect; returns before it is. */
    @Activate
    public MqttComponent(
            BundleContext context,
            MqttConfig config,
            @Reference Connections connections,
            @Reference ChannelRegistry registry,
            @Reference ChannelWriter writer) {
        this.connections = connections;
        this.settings = MqttSettings.of(config, file -> path(context, file));
        Transport transport = settings.isVersion5() ? new Paho5() : paho3();
        this.commands = new Commands(settings, registry, writer, this::reply);
        this.connection = new BrokerConnection(settings, transport, conversation(context, registry), this);
        this.outbox = new OutboxSource(
                PREFIX + settings.name(),
                connection.sender(),
                settings.sparkplug().isPresent(),
                settings.drainPerSecond());
        if (!connections.add(settings.name(), this)) {
            throw new IllegalArgumentException("configuration " + PID + ": there is a connection '" + settings.name()
                    + "' already; give this one another name");
        }
        commands.start();
        connection.start();
        registerAlerts(context);
        MqttHealth.register(context, settings.name(), connection).ifPresent(registrations::add);
    }

    private Conversation conversation(BundleContext context, ChannelRegistry registry) {
        if (settings.sparkplug().isEmpty()) {
            return new StateConversation(
                    settings.stateTopic(),
                    settings.commandTopic(),
                    message -> commands.arrived(message, Commands.JSON));
        }
        File count = context.getDataFile("sparkplug-" + settings.name());
        EdgeNode edge = new EdgeNode(
                settings.sparkplug().get(),
                registry,
                new ConnectCount(Optional.ofNullable(count).map(File::toPath)),
                InstantSource.system());
        return new SparkplugConversation(edge, settings.commandTopic(), commands);
    }

    private static Transport paho3() {
        try {
            Class.forName("org.eclipse.paho.client.mqttv3.MqttAsyncClient", false, Paho3.class.getClassLoader());
        } catch (ClassNotFoundException e) {
            throw new IllegalArgumentException(
                    "configuration " + PID
                            + ": MQTT 3.1.1 needs the bundle org.eclipse.paho.client.mqttv3 1.2, which is not installed; install it,"
                            + " or set version = 5",
                    e);
        }
        return new Paho3();
    }

    /** Relative to the gateway's own folder where the container has one. */
    private static Path path(BundleContext context, String file) {
        String base = context.getProperty("karaf.base");
        return Path.of(base == null ? "" : base).resolve(file);
    }

    private void registerAlerts(BundleContext context) {
        if (!settings.alertTopic().isEmpty()) {
            AlertNotes notes = new AlertNotes(settings.alertTopic(), this::nextId, connection::note);
            registrations.add(context.registerService(
                    EventHandler.class,
                    notes,
                    FrameworkUtil.asDictionary(Map.of(EventConstants.EVENT_TOPIC, GatewayEvent.AlertRaised.TOPIC))));
        }
    }

    private void reply(Publication reply) {
        connection.note(reply);
    }

    @Reference(
            cardinality = ReferenceCardinality.OPTIONAL,
            policy = ReferencePolicy.DYNAMIC,
            policyOption = ReferencePolicyOption.GREEDY)
    void bindEvents(EventAdmin admin) {
        events.set(admin);
    }

    void unbindEvents(EventAdmin admin) {
        events.compareAndSet(admin, null);
    }

    @Reference(
            cardinality = ReferenceCardinality.OPTIONAL,
            policy = ReferencePolicy.DYNAMIC,
            policyOption = ReferencePolicyOption.GREEDY)
    void bindOutboxes(ComponentServiceObjects<Outboxes> lender) {
        outbox.bind(lender);
    }

    void unbindOutboxes(ComponentServiceObjects<Outboxes> lender) {
        outbox.unbind(lender);
    }

    /** Ends the connection, within eight seconds. */
    @Deactivate
    void deactivate() {
        connections.remove(settings.name(), this);
        registrations.forEach(ServiceRegistration::unregister);
        OutboxSource.Ending ending = outbox.end();
        commands.close();
        connection.close();
        ending.finish();
    }

    @Override
    public Sender sender() {
        return connection.sender();
    }

    @Override
    public Optional<Outbox> outbox() {
        return outbox.find();
    }

    @Override
    public BrokerConnection.State state() {
        return connection.state();
    }

    @Override
    public MqttSettings settings() {
        return settings;
    }

    @Override
    public String nextId() {
        return run + "-" + ids.incrementAndGet();
    }

    @Override
    public void connected() {
        post(new GatewayEvent.ConnectorConnected(
                settings.name(), InstantSource.system().instant()));
    }

    @Override
    public void disconnected(String reason) {
        post(new GatewayEvent.ConnectorDisconnected(
                settings.name(), reason, InstantSource.system().instant()));
    }

    private void post(GatewayEvent event) {
        EventAdmin admin = events.get();
        if (admin != null) {
            admin.postEvent(new Event(event.topic(), event.properties()));
        }
    }
}

/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.connectors.mqtt;

import io.bascule.api.channel.ChannelRegistry;
import io.bascule.api.flow.FlowException;
import io.bascule.api.flow.FlowProblem;
import io.bascule.api.flow.spi.Stage;
import io.bascule.api.flow.spi.StageFactory;
import io.bascule.api.flow.spi.StageOutput;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

/** The sink {@code mqtt}. A flow waits until its connection is configured, and its outbox there if it wants one. */
@Component(
        service = StageFactory.class,
        property = StageFactory.TYPE + "=mqtt",
        name = "io.bascule.connectors.mqtt.stages")
public final class MqttStages implements StageFactory {

    private final Connections connections;
    private final ChannelRegistry registry;

    /** Makes stages that use {@code connections}. */
    @Activate
    public MqttStages(@Reference Connections connections, @Reference ChannelRegistry registry) {
        this.connections = connections;
        this.registry = registry;
    }

    @Override
    public Role role() {
        return Role.SINK;
    }

    @Override
    public List<FlowProblem> validate(String configJson) {
        List<FlowProblem> problems = new ArrayList<>();
        SinkConfig.read(configJson, problems);
        return List.copyOf(problems);
    }

    @Override
    public Stage open(String flow, String id, String configJson, StageOutput output) throws FlowException {
        List<FlowProblem> problems = new ArrayList<>();
        Optional<SinkConfig> config = SinkConfig.read(configJson, problems);
        if (config.isEmpty()) {
            throw new FlowException("stage " + flow + "/" + id + " has a wrong configuration: " + problems);
        }
        MqttSink sink = new MqttSink(flow, id, config.get(), connections, registry);
        sink.requireWay();
        return sink;
    }
}

/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.core.flow.rule;

import io.bascule.api.channel.ChannelRegistry;
import io.bascule.api.channel.ChannelWriter;
import io.bascule.api.channel.alert.AlertRegistry;
import io.bascule.api.flow.spi.StageFactory;
import io.bascule.api.flow.spi.StageFactory.Role;
import java.util.Map;

/** The built-in stage types by name. */
public final class Rules {

    private Rules() {}

    /** Returns all of them. */
    public static Map<String, StageFactory> all(ChannelRegistry channels, ChannelWriter writer, AlertRegistry alerts) {
        return Map.of(
                "filter", new Rule(Role.STAGE, config -> FilterStage.read(config, channels)),
                "deadband", new Rule(Role.STAGE, config -> DeadbandStage.read(config, channels)),
                "scale", new Rule(Role.STAGE, config -> ScaleStage.read(config, channels)),
                "threshold", new Rule(Role.STAGE, config -> ThresholdStage.read(config, channels, alerts)),
                "alert", new Rule(Role.SINK, config -> AlertStage.read(config, channels, alerts)),
                "publish", new Rule(Role.SINK, config -> PublishStage.read(config, channels)),
                "write", new Rule(Role.SINK, config -> WriteStage.read(config, channels, writer)),
                "log", new Rule(Role.SINK, config -> LogStage.read(config, channels)));
    }
}

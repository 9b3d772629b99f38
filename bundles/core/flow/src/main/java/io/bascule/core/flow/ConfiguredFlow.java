/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.core.flow;

import java.util.Map;
import org.osgi.framework.Constants;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.ConfigurationPolicy;
import org.osgi.service.metatype.annotations.AttributeDefinition;
import org.osgi.service.metatype.annotations.Designate;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;

/** A flow that stands in a ConfigAdmin factory configuration. */
@Component(
        service = FlowDocument.class,
        configurationPid = ConfiguredFlow.PID,
        configurationPolicy = ConfigurationPolicy.REQUIRE)
@Designate(ocd = ConfiguredFlow.Config.class, factory = true)
public final class ConfiguredFlow implements FlowDocument {

    /** The factory PID. */
    static final String PID = "io.bascule.flow";

    /** What an operator sets. */
    @ObjectClassDefinition(id = PID, name = "Bascule flow", description = "A flow as a JSON document.")
    @interface Config {
        @AttributeDefinition(name = "Definition", description = "The flow document, JSON; see docs/reference/flow.md.")
        String definition();
    }

    private final String origin;
    private final String text;

    /** Takes the configuration. */
    @Activate
    public ConfiguredFlow(Config config, Map<String, Object> properties) {
        this.origin = "configuration " + properties.getOrDefault(Constants.SERVICE_PID, PID);
        String definition = config.definition();
        this.text = definition == null ? "" : definition;
    }

    @Override
    public String origin() {
        return origin;
    }

    @Override
    public String text() {
        return text;
    }
}

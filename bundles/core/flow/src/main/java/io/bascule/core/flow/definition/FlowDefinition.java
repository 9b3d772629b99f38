/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.core.flow.definition;

import io.bascule.api.flow.OverflowPolicy;
import io.bascule.api.security.NamePattern;
import java.time.Duration;
import java.util.List;
import org.osgi.framework.VersionRange;

/**
 * A flow document whose text is right; whether what it names is there is another question.
 *
 * @param name unique in the gateway
 * @param description one line for people, may be empty
 * @param isEnabled whether it runs unless a person says otherwise
 * @param stages in the order of the document
 * @param edges in the order of the document
 */
public record FlowDefinition(String name, String description, boolean isEnabled, List<Stage> stages, List<Edge> edges) {

    /** Copies the lists. */
    public FlowDefinition {
        stages = List.copyOf(stages);
        edges = List.copyOf(edges);
    }

    /**
     * A way from one stage to another.
     *
     * @param from the id of the stage that sends
     * @param to the id of the stage that receives
     */
    public record Edge(String from, String to) {}

    /**
     * A stage.
     *
     * @param id unique in the flow
     * @param type its type
     * @param content what the type is told
     * @param queueCapacity most batches that wait
     * @param overflow what happens beyond
     * @param batch how readings are put together
     * @param retry what happens after a failure
     */
    public record Stage(
            String id,
            String type,
            Content content,
            int queueCapacity,
            OverflowPolicy overflow,
            BatchRule batch,
            RetryRule retry) {}

    /**
     * How readings are put together before the stage gets them.
     *
     * @param sizeMax most readings in one call; larger batches are split
     * @param waitTime how long readings wait for more, zero: what waits already is taken, nothing is waited for
     */
    public record BatchRule(int sizeMax, Duration waitTime) {}

    /**
     * What happens when a call fails.
     *
     * @param attempts how often it is tried again, 0: the batch is dropped at once
     * @param waitMax longest wait before a try, also when the module asks for longer
     */
    public record RetryRule(int attempts, Duration waitMax) {}

    /** What the type of a stage is told. */
    public sealed interface Content {}

    /**
     * A source of channel readings.
     *
     * @param patterns which channels
     * @param isOptional whether the flow runs while a channel that is named exactly does not exist
     */
    public record Channels(List<NamePattern> patterns, boolean isOptional) implements Content {
        /** Copies the list. */
        public Channels {
            patterns = List.copyOf(patterns);
        }
    }

    /**
     * A slot that a module fills.
     *
     * @param name the module's name
     * @param versions which versions fit
     * @param config the stage's own configuration, a JSON object
     */
    public record ModuleUse(String name, VersionRange versions, String config) implements Content {}

    /**
     * Any other type.
     *
     * @param config its configuration, a JSON object
     */
    public record Custom(String config) implements Content {}
}

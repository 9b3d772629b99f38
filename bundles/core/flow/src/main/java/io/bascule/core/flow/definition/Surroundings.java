/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.core.flow.definition;

import io.bascule.api.channel.Channel;
import io.bascule.api.flow.spi.StageFactory;
import io.bascule.api.module.ModuleDescriptor;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** What is installed and connected now: what a flow can name. */
public interface Surroundings {

    /** Finds a stage type. */
    Optional<StageFactory> findType(String type);

    /** Returns the names of all stage types but the engine's own two. */
    Set<String> typeNames();

    /** Returns the modules that are ready. */
    List<ModuleDescriptor> modules();

    /** Returns all channels. */
    List<Channel> channels();
}

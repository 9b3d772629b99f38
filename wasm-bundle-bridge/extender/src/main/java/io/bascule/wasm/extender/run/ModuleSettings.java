/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.wasm.extender.run;

import com.google.gson.JsonObject;
import io.bascule.api.module.ModuleException;
import io.bascule.wasm.abi.ConfigField;
import io.bascule.wasm.abi.GuestContract;
import io.bascule.wasm.abi.JsonText;
import io.bascule.wasm.abi.ModuleMetadata;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * The configuration of a module from its sources, the later over the earlier: the schema's defaults, the module's own, what
 * Configuration Admin holds under the module's name, the stage's. Immutable.
 */
public final class ModuleSettings {

    /** Keys that the framework and its tools add to a configuration. */
    private static final List<String> FOREIGN_PREFIXES =
            List.of("service.", "felix.", "component.", "org.apache.", "org.osgi.", "kura.", "_");

    private final ModuleMetadata metadata;
    private final JsonObject moduleConfig;

    private ModuleSettings(ModuleMetadata metadata, JsonObject moduleConfig) {
        this.metadata = metadata;
        this.moduleConfig = moduleConfig;
    }

    /**
     * Reads a configuration.
     *
     * @param properties what Configuration Admin holds; empty when there is none
     * @throws ModuleException when something in it is wrong; names every problem
     */
    public static ModuleSettings of(ModuleMetadata metadata, Map<String, ?> properties) throws ModuleException {
        JsonObject config = metadata.configDefaults();
        List<String> problems = new ArrayList<>();
        new TreeMap<>(properties).forEach((key, value) -> {
            if (FOREIGN_PREFIXES.stream().noneMatch(key::startsWith)) {
                Optional<ConfigField> field = metadata.config().find(key);
                if (field.isPresent()) {
                    config.add(field.get().name(), field.get().convert(value));
                } else {
                    problems.add("'" + key + "' is not a setting of this module; known are "
                            + metadata.config().fields().stream()
                                    .map(ConfigField::name)
                                    .toList());
                }
            }
        });
        problems.addAll(metadata.config().check(config).stream()
                // A stage may still set what must be set.
                .filter(p -> !p.contains("is missing"))
                .toList());
        if (!problems.isEmpty()) {
            throw new ModuleException(
                    "configuration of module '" + metadata.name() + "' is refused: " + String.join("; ", problems));
        }
        return new ModuleSettings(metadata, config);
    }

    /**
     * Lays a stage's configuration over this one.
     *
     * @param stageJson a JSON object
     * @return the whole configuration as the guest is given it
     * @throws ModuleException when something in it is wrong; names every problem
     */
    public String with(String stageJson) throws ModuleException {
        JsonObject all = moduleConfig.deepCopy();
        String what = "configuration for module '" + metadata.name() + "'";
        try {
            JsonText.parseObject(stageJson.isBlank() ? "{}" : stageJson, what)
                    .entrySet()
                    .forEach(e -> all.add(e.getKey(), e.getValue()));
        } catch (IllegalArgumentException e) {
            throw new ModuleException(String.valueOf(e.getMessage()), e);
        }
        List<String> problems = metadata.config().check(all);
        if (!problems.isEmpty()) {
            throw new ModuleException(what + " is refused: " + String.join("; ", problems));
        }
        String json = all.toString();
        if (json.getBytes(StandardCharsets.UTF_8).length > GuestContract.CONFIG_BYTES_MAX) {
            throw new ModuleException(what + " has more than " + GuestContract.CONFIG_BYTES_MAX + " bytes");
        }
        return json;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof ModuleSettings that && moduleConfig.equals(that.moduleConfig);
    }

    @Override
    public int hashCode() {
        return moduleConfig.hashCode();
    }

    @Override
    public String toString() {
        return moduleConfig.toString();
    }
}

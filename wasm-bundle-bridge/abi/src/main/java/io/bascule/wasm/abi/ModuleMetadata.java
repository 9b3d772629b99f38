/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.wasm.abi;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import io.bascule.api.module.UpdateStrategy;
import io.bascule.api.module.World;
import io.bascule.api.security.Capability;
import io.bascule.api.security.NamePattern;
import java.util.List;

/**
 * What a module says of itself, checked. Read by {@link MetadataReader}.
 *
 * @param name lower-case letters, digits and dashes
 * @param version its version
 * @param description one line for people, may be empty
 * @param license SPDX expression, may be empty
 * @param world what it can be asked to do
 * @param stateVersion version of its snapshot format, 0 when it keeps no state
 * @param batchMax most readings it wants in one call
 * @param memoryPagesMax most pages of 64 KiB it wants, 0 when it leaves that to the gateway
 * @param config its settings
 * @param channelsRead channels it wants to read; everything when it does not say
 * @param channelsWrite channels it wants to write; everything when it does not say
 * @param io endpoints it wants to talk to; everything when it does not say
 * @param isWriteImmediate whether its channel writes take effect at once instead of when its call returns
 * @param isStateRequired whether an update must be given up when its successor does not take its state
 * @param defaultsText a JSON object of settings that lie over the schema's defaults
 * @param update how it gives way to its next version
 */
public record ModuleMetadata(
        String name,
        ModuleVersion version,
        String description,
        String license,
        World world,
        int stateVersion,
        int batchMax,
        int memoryPagesMax,
        ConfigSchema config,
        List<NamePattern> channelsRead,
        List<NamePattern> channelsWrite,
        List<NamePattern> io,
        boolean isWriteImmediate,
        boolean isStateRequired,
        String defaultsText,
        UpdateStrategy update) {

    /** Copies the lists. */
    public ModuleMetadata {
        channelsRead = List.copyOf(channelsRead);
        channelsWrite = List.copyOf(channelsWrite);
        io = List.copyOf(io);
    }

    /** Returns whether the module itself wants {@code capability} for {@code object}; a grant is needed besides. */
    public boolean wants(Capability capability, String object) {
        List<NamePattern> patterns =
                switch (capability) {
                    case CHANNEL_READ -> channelsRead;
                    case CHANNEL_WRITE -> channelsWrite;
                    case IO -> io;
                    case LOG, CLOCK, EMIT, STATE, TIMER -> List.of();
                };
        return !capability.isScoped() || patterns.stream().anyMatch(p -> p.matches(object));
    }

    /** Returns the settings that hold when nobody sets any: the schema's, under the module's own; a fresh object. */
    public JsonObject configDefaults() {
        JsonObject all = config.defaults();
        JsonText.parseObject(defaultsText, "defaults").entrySet().forEach(e -> all.add(e.getKey(), e.getValue()));
        return all;
    }

    /** Returns the metadata as the JSON that {@link MetadataReader} reads, with everything written out. */
    public String toJson() {
        JsonObject json = new JsonObject();
        json.addProperty("abi", GuestContract.ABI);
        json.addProperty("name", name);
        json.addProperty("version", version.text());
        json.addProperty("description", description);
        json.addProperty("license", license);
        json.addProperty("world", world.word());
        json.addProperty("stateVersion", stateVersion);
        json.addProperty("stateRequired", isStateRequired);
        json.addProperty("update", update.word());
        json.addProperty("maxBatch", batchMax);
        json.addProperty("memoryMaxPages", memoryPagesMax);
        if (!config.text().isEmpty()) {
            json.add("config", JsonText.parseObject(config.text(), "config"));
        }
        JsonObject channels = new JsonObject();
        channels.add("read", texts(channelsRead));
        channels.add("write", texts(channelsWrite));
        channels.addProperty("immediate", isWriteImmediate);
        json.add("channels", channels);
        json.add("io", texts(io));
        json.add("defaults", JsonText.parseObject(defaultsText, "defaults"));
        return json.toString();
    }

    private static JsonArray texts(List<NamePattern> patterns) {
        JsonArray array = new JsonArray();
        patterns.forEach(p -> array.add(p.text()));
        return array;
    }
}

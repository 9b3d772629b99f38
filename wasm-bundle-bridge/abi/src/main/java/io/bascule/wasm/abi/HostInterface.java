/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.wasm.abi;

import io.bascule.api.security.Capability;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/** The interfaces that a guest may import, with the lowered signatures of their functions. */
// The map is unmodifiable and holds immutable values; ErrorProne cannot see that through its type.
@SuppressWarnings("ImmutableEnumChecker")
public enum HostInterface {
    /** Lines in the gateway's log. */
    LOG("write", "iii:"),
    /** Time. */
    CLOCK("now", ":l"),
    /** What a guest produces. */
    EMIT("readings", "ii:i", "message", "iiii:i", "alert", "iildii:i"),
    /** Channels by handle. A reading returned goes to a pointer that the guest passes last. */
    CHANNEL("open", "ii:i", "read", "ii:", "write", "ii:i"),
    /** Small durable values. A list returned goes to a pointer to {pointer, length} that the guest passes last. */
    STATE("get", "iii:", "put", "iiii:i"),
    /** Wake-ups. */
    TIMER("set", "iii:i", "cancel", "i:"),
    /** Byte streams to devices. */
    IO("open", "ii:i", "send", "iii:i", "receive", "iiii:", "close", "i:");

    private final Map<String, Signature> functions;

    HostInterface(String... namesAndLetters) {
        Map<String, Signature> all = new LinkedHashMap<>();
        for (int i = 0; i < namesAndLetters.length; i += 2) {
            all.put(namesAndLetters[i], Signature.of(namesAndLetters[i + 1]));
        }
        functions = java.util.Collections.unmodifiableMap(all);
    }

    /** Returns the interface's name in the WIT, for example {@code log}. */
    public String word() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** Returns the module name that guests import, for example {@code bascule:gateway/log@1.0.0}. */
    public String importModule() {
        return GuestContract.importModule(word());
    }

    /** Returns the functions by name in the order of the WIT; unmodifiable. */
    public Map<String, Signature> functions() {
        return functions;
    }

    /** Finds an interface by its name in the WIT. */
    public static Optional<HostInterface> find(String word) {
        return Arrays.stream(values()).filter(i -> i.word().equals(word)).findFirst();
    }

    /**
     * Returns the capability that calling {@code function} needs. Empty for {@code channel.open}, which needs either of the
     * channel capabilities for the name it opens.
     */
    public Optional<Capability> capability(String function) {
        return switch (this) {
            case LOG -> Optional.of(Capability.LOG);
            case CLOCK -> Optional.of(Capability.CLOCK);
            case EMIT -> Optional.of(Capability.EMIT);
            case STATE -> Optional.of(Capability.STATE);
            case TIMER -> Optional.of(Capability.TIMER);
            case IO -> Optional.of(Capability.IO);
            case CHANNEL ->
                switch (function) {
                    case "read" -> Optional.of(Capability.CHANNEL_READ);
                    case "write" -> Optional.of(Capability.CHANNEL_WRITE);
                    default -> Optional.empty();
                };
        };
    }
}

/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.core.lifecycle;

import io.bascule.api.security.Capability;
import java.util.EnumSet;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.osgi.framework.Constants;
import org.osgi.framework.wiring.BundleRequirement;

/**
 * A host interface that a module imports, as its {@code bascule.host} requirement says it.
 *
 * @param name the interface's name in the guest contract, for example {@code io}
 * @param versions the versions that fit, for people, for example {@code [1.0,2.0)}
 */
record HostRequirement(String name, String versions) {

    private static final Pattern NAME = Pattern.compile("\\(interface=([^)]*)\\)");
    private static final Pattern NOT_BELOW = Pattern.compile("(?<!\\(!)\\(version>=([^)]*)\\)");
    private static final Pattern BELOW = Pattern.compile("\\(!\\(version>=([^)]*)\\)\\)");

    /** Reads a requirement; empty when its filter names no interface. */
    static Optional<HostRequirement> of(BundleRequirement requirement) {
        String filter = requirement.getDirectives().get(Constants.FILTER_DIRECTIVE);
        if (filter == null) {
            return Optional.empty();
        }
        Matcher name = NAME.matcher(filter);
        if (!name.find()) {
            return Optional.empty();
        }
        Matcher low = NOT_BELOW.matcher(filter);
        Matcher high = BELOW.matcher(filter);
        String from = low.find() ? low.group(1) : "0";
        String versions = high.find() ? "[" + from + "," + high.group(1) + ")" : from + " or higher";
        return Optional.of(new HostRequirement(name.group(1), versions));
    }

    /** Returns what an operator has to grant for this interface; empty for an interface the gateway does not know. */
    Set<Capability> capabilities() {
        return switch (name) {
            case "log" -> EnumSet.of(Capability.LOG);
            case "clock" -> EnumSet.of(Capability.CLOCK);
            case "emit" -> EnumSet.of(Capability.EMIT);
            case "state" -> EnumSet.of(Capability.STATE);
            case "timer" -> EnumSet.of(Capability.TIMER);
            case "channel" -> EnumSet.of(Capability.CHANNEL_READ, Capability.CHANNEL_WRITE);
            case "io" -> EnumSet.of(Capability.IO);
            default -> EnumSet.noneOf(Capability.class);
        };
    }
}

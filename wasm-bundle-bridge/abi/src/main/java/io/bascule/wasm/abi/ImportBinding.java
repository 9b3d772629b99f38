/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.wasm.abi;

import io.bascule.api.security.Capability;
import io.bascule.wasm.abi.HostRequirement.InterfaceVersion;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * What the imports of a module mean: which host interfaces it needs and which capabilities an operator has to grant.
 *
 * @param requirements the interfaces, by name and version
 * @param capabilities what its functions need; {@code channel.open} alone needs the right to read
 */
public record ImportBinding(List<HostRequirement> requirements, Set<Capability> capabilities) {

    private static final Pattern IN_PACKAGE = Pattern.compile(
            Pattern.quote(GuestContract.PACKAGE) + "/([a-z][a-z0-9-]*)@(\\d{1,6})\\.(\\d{1,6})\\.(\\d{1,6})");

    /** Copies both. */
    public ImportBinding {
        requirements = List.copyOf(requirements);
        capabilities = Set.copyOf(capabilities);
    }

    /** Reads the imports of a module. Nothing is refused here: what is unknown is a requirement nobody can meet. */
    public static ImportBinding of(List<ImportRef> imports) {
        Map<String, SortedSet<String>> byModule = new TreeMap<>();
        imports.forEach(
                i -> byModule.computeIfAbsent(i.module(), m -> new TreeSet<>()).add(i.function()));
        Map<String, HostRequirement> requirements = new LinkedHashMap<>();
        byModule.forEach((module, functions) -> requirements.put(module, requirement(module, functions)));
        Set<Capability> capabilities = EnumSet.noneOf(Capability.class);
        requirements.values().forEach(r -> capabilities.addAll(capabilities(r)));
        return new ImportBinding(List.copyOf(requirements.values()), capabilities);
    }

    private static HostRequirement requirement(String module, SortedSet<String> functions) {
        if (module.equals(GuestContract.WASI_MODULE)) {
            return new HostRequirement(module, new InterfaceVersion(GuestContract.MAJOR, 0), functions);
        }
        Matcher matcher = IN_PACKAGE.matcher(module);
        if (!matcher.matches()) {
            return new HostRequirement(module, null, functions);
        }
        InterfaceVersion version =
                new InterfaceVersion(Integer.parseInt(matcher.group(2)), Integer.parseInt(matcher.group(3)));
        return new HostRequirement(matcher.group(1), version, functions);
    }

    private static Set<Capability> capabilities(HostRequirement requirement) {
        Set<Capability> found = EnumSet.noneOf(Capability.class);
        HostInterface.find(requirement.interfaceName()).ifPresent(known -> {
            requirement.functions().forEach(f -> known.capability(f).ifPresent(found::add));
            if (known == HostInterface.CHANNEL && found.isEmpty()) {
                found.add(Capability.CHANNEL_READ);
            }
        });
        if (requirement.interfaceName().equals(GuestContract.WASI_MODULE)) {
            if (requirement.functions().contains(WasiFunction.FD_WRITE.word())) {
                found.add(Capability.LOG);
            }
            if (requirement.functions().contains(WasiFunction.CLOCK_TIME_GET.word())) {
                found.add(Capability.CLOCK);
            }
        }
        return found;
    }

    /** Returns the requirements that this gateway cannot meet. */
    public List<HostRequirement> notOffered() {
        return requirements.stream().filter(r -> !r.isOffered()).toList();
    }

    /**
     * Says in one line what cannot be met and what is offered; empty when everything can.
     */
    public String explainNotOffered() {
        List<HostRequirement> missing = notOffered();
        if (missing.isEmpty()) {
            return "";
        }
        String wanted = missing.stream()
                .map(r -> {
                    SortedSet<String> unknown = r.unknownFunctions();
                    return unknown.isEmpty() || unknown.equals(r.functions())
                            ? r.toString()
                            : r.interfaceName() + " function " + String.join(", ", unknown);
                })
                .collect(Collectors.joining("; "));
        String offered =
                Arrays.stream(HostInterface.values()).map(HostInterface::word).collect(Collectors.joining(", "));
        return "imports " + wanted + ", which this gateway does not offer; offered are " + offered + " of "
                + GuestContract.PACKAGE + " " + GuestContract.MAJOR + ".0 to " + GuestContract.MAJOR + "."
                + GuestContract.MINOR + " and of " + GuestContract.WASI_MODULE + " "
                + Arrays.stream(WasiFunction.values()).map(WasiFunction::word).collect(Collectors.joining(", "));
    }
}

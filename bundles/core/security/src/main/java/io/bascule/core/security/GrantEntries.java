/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.core.security;

import io.bascule.api.security.Capability;
import io.bascule.api.security.Grant;
import io.bascule.api.security.NamePattern;
import io.bascule.api.security.Subject;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * The written form of grants: key {@code OWNER.CAPABILITY}, value {@code true} or patterns separated by commas. An owner
 * is a module, {@code *} for every module, or {@code flow/NAME}.
 *
 * <p>The last dot of the key separates the two, because no capability has one. Colons are not used, because they end a
 * key in a properties file.
 *
 * @param grants what could be read, ordered by owner and capability
 * @param problems what could not, one sentence each
 */
record GrantEntries(List<Grant> grants, List<String> problems) {

    /** Most entries that are read; what is beyond is a problem. */
    static final int ENTRIES_MAX = 10_000;

    /** How the owner of a flow's grant begins. */
    static final String FLOW_PREFIX = "flow/";

    private static final Pattern OWNER = Pattern.compile("\\*|[a-z][a-z0-9-]{0,63}|flow/(\\*|[A-Za-z0-9._-]{1,128})");
    private static final Pattern COMMA = Pattern.compile(",");
    private static final List<String> NOT_OURS =
            List.of("service.", "felix.fileinstall.", "org.apache.karaf.", "bascule.");
    private static final Comparator<Grant> ORDER =
            Comparator.comparing(Grant::module).thenComparing(Grant::capability);

    GrantEntries {
        grants = grants.stream().sorted(ORDER).toList();
        problems = List.copyOf(problems);
    }

    /** Reads a configuration's properties. */
    static GrantEntries read(Map<String, Object> properties) {
        List<Grant> grants = new ArrayList<>();
        List<String> problems = new ArrayList<>();
        int entries = 0;
        for (Map.Entry<String, Object> property : new TreeMap<>(properties).entrySet()) {
            String key = property.getKey();
            try {
                Optional<Grant> grant = readEntry(key, property.getValue());
                if (grant.isPresent() && ++entries > ENTRIES_MAX) {
                    problems.add(
                            "'" + key + "' and what follows: at most " + ENTRIES_MAX + " grants are read; use '*'");
                    break;
                }
                grant.ifPresent(grants::add);
            } catch (IllegalArgumentException e) {
                problems.add("'" + key + " = " + text(property.getValue()) + "': " + e.getMessage());
            }
        }
        return new GrantEntries(grants, problems);
    }

    private static Optional<Grant> readEntry(String key, Object value) {
        int dot = key.lastIndexOf('.');
        Optional<Capability> capability = dot < 1 ? Optional.empty() : Capability.find(key.substring(dot + 1));
        if (capability.isEmpty()) {
            if (NOT_OURS.stream().anyMatch(key::startsWith)) {
                return Optional.empty();
            }
            throw new IllegalArgumentException(
                    "expected a key MODULE.CAPABILITY with one of the capabilities " + Capability.words());
        }
        String owner = key.substring(0, dot);
        if (!OWNER.matcher(owner).matches()) {
            throw new IllegalArgumentException(
                    "'" + owner + "' is not the name of a module (lower-case letters, digits and"
                            + " dashes), not '*' and not 'flow/NAME'");
        }
        String text = text(value).strip();
        if (text.equals("false")) {
            return Optional.empty();
        }
        if (!capability.get().isScoped()) {
            if (!text.equals("true")) {
                throw new IllegalArgumentException("expected true or false");
            }
            return Optional.of(new Grant(owner, capability.get(), List.of()));
        }
        if (text.equals("true")) {
            throw new IllegalArgumentException(
                    "expected patterns such as 'line1/*', or '**' for everything; 'true' says too little");
        }
        List<NamePattern> scope = COMMA.splitAsStream(text)
                .map(String::strip)
                .filter(p -> !p.isEmpty())
                .map(NamePattern::of)
                .distinct()
                .toList();
        return Optional.of(new Grant(owner, capability.get(), scope));
    }

    private static String text(Object value) {
        if (value instanceof Object[] array) {
            return Arrays.stream(array).map(String::valueOf).collect(Collectors.joining(","));
        }
        if (value instanceof Collection<?> collection) {
            return collection.stream().map(String::valueOf).collect(Collectors.joining(","));
        }
        return String.valueOf(value);
    }

    /** Returns the key under which a grant is kept. */
    static String key(String owner, Capability capability) {
        return owner + "." + capability.word();
    }

    /** Returns the value under which a grant is kept. */
    static String value(Grant grant) {
        return grant.scope().isEmpty()
                ? "true"
                : grant.scope().stream().map(NamePattern::text).collect(Collectors.joining(", "));
    }

    /**
     * Returns {@code owner} if grants can be kept for it.
     *
     * @throws IllegalArgumentException when they cannot
     */
    static String requireOwner(String owner) {
        if (!OWNER.matcher(owner).matches()) {
            throw new IllegalArgumentException(
                    "'" + owner + "' cannot be granted anything; expected the name of a module"
                            + " (lower-case letters, digits and dashes), '*' for every module, or 'flow/NAME'");
        }
        return owner;
    }

    /** Returns the owner of the grants of {@code subject}; only modules and flows have grants. */
    static String owner(Subject subject) {
        return subject.kind() == Subject.Kind.FLOW ? FLOW_PREFIX + subject.name() : subject.name();
    }

    /** Returns the owner that stands for all owners of the same sort as {@code owner}. */
    static String everyOwnerLike(String owner) {
        return owner.startsWith(FLOW_PREFIX) ? FLOW_PREFIX + Grant.EVERY_MODULE : Grant.EVERY_MODULE;
    }
}

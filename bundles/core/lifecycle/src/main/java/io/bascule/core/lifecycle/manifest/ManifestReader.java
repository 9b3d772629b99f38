/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.core.lifecycle.manifest;

import io.bascule.api.module.ModuleDescriptor;
import io.bascule.api.module.ModuleException;
import io.bascule.api.module.UpdateStrategy;
import io.bascule.api.module.deployment.CanaryStep;
import io.bascule.api.module.deployment.DeploymentPlan;
import io.bascule.api.module.deployment.ModuleChange;
import io.bascule.api.module.deployment.TrialRules;
import io.bascule.api.security.Grant;
import java.net.URI;
import java.net.URISyntaxException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.osgi.framework.Version;
import org.osgi.framework.VersionRange;

/**
 * Reads a manifest and finds everything that is wrong with it. Nothing is guessed: a key that is not known is a problem, for
 * it may have been meant to protect something.
 */
public final class ManifestReader {

    /** Longest manifest, in characters. */
    public static final int LENGTH_MAX = JsonText.LENGTH_MAX;

    /** What the key {@code bascule} must say. */
    public static final String FORMAT = "deployment/1";

    private static final int URL_MAX = 2048;
    private static final int TEXT_MAX = 256;
    private static final int REQUIRES_MAX = 100;
    private static final int RESTARTS_MAX = 10_000;
    private static final int DEADLINE_MILLIS_MAX = 3_600_000;
    private static final Pattern SCHEME = Pattern.compile("[A-Za-z][A-Za-z0-9+.-]+:");
    private static final Pattern SHA256 = Pattern.compile("[0-9a-f]{64}");
    private static final List<String> ARTEFACT_KEYS = List.of("url", "version", "sha256", "size", "requires", "update");

    private final String base;
    private final Problems problems = new Problems();
    private final Set<String> names = new HashSet<>();

    private ManifestReader(String base) {
        this.base = base;
    }

    /**
     * Reads a manifest.
     *
     * @param json the manifest, at most {@link #LENGTH_MAX} characters
     * @param base where it came from, an absolute url; urls in it may be relative to that
     * @throws ModuleException when it is not valid; the message lists the problems, each with its JSON pointer
     */
    public static DeploymentPlan read(String json, String base) throws ModuleException {
        ManifestReader reader = new ManifestReader(base);
        Optional<DeploymentPlan> plan = Optional.empty();
        try {
            plan = JsonText.read(json, reader.problems).map(reader::plan);
        } catch (IllegalArgumentException e) {
            reader.problems.add("", String.valueOf(e.getMessage()));
        }
        if (!reader.problems.isEmpty() || plan.isEmpty()) {
            throw new ModuleException(reader.problems.text("manifest '" + base + "'"));
        }
        return plan.get();
    }

    /** Returns the plan, or null when there are problems. */
    private @Nullable DeploymentPlan plan(Object root) {
        Keys keys = new Keys(root, "", problems);
        keys.require("bascule", "the format, \"" + FORMAT + "\"");
        String format = keys.text("bascule", FORMAT, TEXT_MAX);
        if (!format.equals(FORMAT)) {
            keys.wrong("bascule", "expected '" + FORMAT + "', got '" + format + "'");
        }
        keys.require("name", "what people call this deployment");
        String name = keys.text("name", "unnamed", DeploymentPlan.NAME_MAX);
        if (name.isBlank() || name.chars().anyMatch(Character::isISOControl)) {
            keys.wrong("name", "expected one line of text");
        }
        keys.require("modules", "a list of what happens to which module");
        List<?> modules = keys.list("modules", DeploymentPlan.CHANGES_MAX);
        if (modules.isEmpty() && keys.get("modules") instanceof List<?> list && list.isEmpty()) {
            keys.wrong("modules", "expected 1 to " + DeploymentPlan.CHANGES_MAX + " modules, got none");
        }
        List<ModuleChange> changes = new ArrayList<>();
        for (int i = 0; i < modules.size(); i++) {
            change(new Keys(modules.get(i), keys.at("modules") + "/" + i, problems))
                    .ifPresent(changes::add);
        }
        List<CanaryStep> canary = new ArrayList<>();
        List<?> steps = keys.list("canary", CanaryStep.STEPS_MAX);
        for (int i = 0; i < steps.size(); i++) {
            canary.add(canaryStep(new Keys(steps.get(i), keys.at("canary") + "/" + i, problems)));
        }
        TrialRules trial = trial(keys.object("trial"));
        int restartsMax = (int) keys.integer("restartsMax", 0, 0, RESTARTS_MAX);
        keys.end();
        return problems.isEmpty() ? new DeploymentPlan(name, changes, canary, trial, restartsMax) : null;
    }

    private CanaryStep canaryStep(Keys keys) {
        keys.require("percent", "the share of the new versions, 0 to 99; 0 is a shadow");
        keys.require("seconds", "how long the step lasts");
        long percent = keys.integer("percent", 0, 0, 99);
        long seconds = keys.integer("seconds", 1, 1, TrialRules.DURATION_MAX.toSeconds());
        keys.end();
        return new CanaryStep((int) percent, Duration.ofSeconds(seconds));
    }

    private static TrialRules trial(Keys keys) {
        TrialRules absent = TrialRules.DEFAULT;
        TrialRules trial = new TrialRules(
                Duration.ofSeconds(
                        keys.integer("seconds", absent.duration().toSeconds(), 0, TrialRules.DURATION_MAX.toSeconds())),
                keys.integer("faultsMax", absent.faultsMax(), 0, Long.MAX_VALUE),
                Duration.ofMillis(
                        keys.integer("deadlineMillis", absent.deadline().toMillis(), 0, DEADLINE_MILLIS_MAX)),
                keys.integer("deadlineMissesMax", absent.deadlineMissesMax(), 0, Long.MAX_VALUE),
                keys.number("latencyFactorMax", absent.latencyFactorMax()),
                keys.number("outputRatioMin", absent.outputRatioMin()),
                keys.integer("shadowDifferentMax", absent.shadowDifferentMax(), 0, Long.MAX_VALUE));
        keys.end();
        return trial;
    }

    private Optional<ModuleChange> change(Keys keys) {
        String name = name(keys);
        Optional<ModuleChange> change;
        if (keys.has("remove")) {
            if (!Boolean.TRUE.equals(keys.get("remove"))) {
                keys.wrong("remove", "expected true; leave it out to keep the module");
            }
            change = name.isEmpty() ? Optional.empty() : Optional.of(new ModuleChange.Remove(name));
        } else if (ARTEFACT_KEYS.stream().anyMatch(keys::has)) {
            change = put(keys, name);
        } else {
            change = reconfigure(keys, name);
        }
        keys.end();
        return change;
    }

    /** Returns the module's name; empty when it is missing or wrong. */
    private String name(Keys keys) {
        keys.require("name", "the name of the module");
        String name = keys.text("name", "", ModuleDescriptor.NAME_MAX);
        if (!(keys.get("name") instanceof String)) {
            return "";
        }
        try {
            ModuleDescriptor.requireName(name);
        } catch (IllegalArgumentException e) {
            keys.wrong("name", String.valueOf(e.getMessage()));
            return "";
        }
        if (!names.add(name)) {
            keys.wrong("name", "module '" + name + "' stands twice; say all of it in one place");
        }
        return name;
    }

    private Optional<ModuleChange> reconfigure(Keys keys, String name) {
        Optional<Map<String, Object>> configuration = Settings.read(keys, "configuration", problems);
        Optional<List<Grant>> grants = Allowances.read(keys, "grants", name, problems);
        if (!keys.has("configuration") && !keys.has("grants")) {
            keys.wrong("name", "nothing is said about the module; expected url, remove, configuration or grants");
        }
        return problems.isEmpty()
                ? Optional.of(new ModuleChange.Reconfigure(name, configuration, grants))
                : Optional.empty();
    }

    private Optional<ModuleChange> put(Keys keys, String name) {
        keys.require("url", "where the artefact is");
        String url = keys.has("url") ? url(keys) : "";
        String version = keys.text("version", "", TEXT_MAX);
        if (keys.has("version")) {
            try {
                Version.valueOf(version);
                if (version.isBlank()) {
                    keys.wrong("version", "expected a version such as 1.2.0");
                }
            } catch (IllegalArgumentException e) {
                keys.wrong("version", "'" + version + "' is no version; expected for example 1.2.0");
            }
        }
        String sha256 = keys.text("sha256", "", TEXT_MAX);
        if (keys.get("sha256") instanceof String && !SHA256.matcher(sha256).matches()) {
            keys.wrong("sha256", "expected 64 lower-case hexadecimal digits, got " + Keys.describe(sha256));
        }
        long size = keys.integer("size", 0, 1, Long.MAX_VALUE);
        Map<String, String> requires = requires(keys, name);
        Optional<Map<String, Object>> configuration = Settings.read(keys, "configuration", problems);
        Optional<List<Grant>> grants = Allowances.read(keys, "grants", name, problems);
        Optional<UpdateStrategy> update = Optional.empty();
        if (keys.has("update")) {
            String word = keys.text("update", UpdateStrategy.SIDE_BY_SIDE.word(), TEXT_MAX);
            update = UpdateStrategy.find(word);
            if (update.isEmpty()) {
                keys.wrong("update", "expected side-by-side or stop-first, got '" + word + "'");
            }
        }
        return problems.isEmpty()
                ? Optional.of(
                        new ModuleChange.Put(name, version, url, sha256, size, requires, configuration, grants, update))
                : Optional.empty();
    }

    private Map<String, String> requires(Keys keys, String name) {
        Keys others = keys.object("requires");
        Map<String, String> requires = new LinkedHashMap<>();
        if (others.names().size() > REQUIRES_MAX) {
            keys.wrong(
                    "requires",
                    "expected at most " + REQUIRES_MAX + " modules, got "
                            + others.names().size());
            return requires;
        }
        for (String other : others.names()) {
            String range = others.text(other, "0", TEXT_MAX);
            if (other.equals(name)) {
                others.wrong(other, "the module requires itself");
            }
            try {
                ModuleDescriptor.requireName(other);
                requires.put(other, VersionRange.valueOf(range).toString());
            } catch (IllegalArgumentException e) {
                others.wrong(
                        other,
                        "'" + other + "': '" + range + "' is not valid; expected the name of a module and a version"
                                + " range, for example [1.0,2)");
            }
        }
        return requires;
    }

    private String url(Keys keys) {
        String url = keys.text("url", "", URL_MAX);
        if (!(keys.get("url") instanceof String)) {
            return "";
        }
        if (url.isBlank() || url.chars().anyMatch(Character::isISOControl)) {
            keys.wrong("url", "expected where the artefact is, such as file:, http:, https:, mvn: or a relative path");
            return "";
        }
        if (SCHEME.matcher(url).lookingAt()) {
            return url;
        }
        try {
            URI from = new URI(base);
            if (from.isAbsolute() && !from.isOpaque()) {
                return from.resolve(new URI(url)).toString();
            }
            keys.wrong(
                    "url",
                    "'" + url + "' is relative, but the manifest came from '" + base
                            + "', where nothing can be relative to; write the whole url");
        } catch (URISyntaxException e) {
            keys.wrong("url", "'" + url + "' is no valid relative url: " + e.getReason() + "; write a space as %20");
        }
        return "";
    }
}

/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.core.lifecycle;

import java.util.Map;
import java.util.Optional;
import org.apache.felix.hc.api.HealthCheck;
import org.apache.felix.hc.api.Result;
import org.apache.felix.hc.api.ResultLog;
import org.osgi.framework.BundleContext;
import org.osgi.framework.ServiceReference;
import org.osgi.util.tracker.ServiceTracker;

/**
 * Felix Health Checks whose tags ({@code hc.tags}) hold the name of a module: they can say that it is not well. Without the
 * health check bundles nobody says so.
 */
final class HealthChecks implements HealthProbe, AutoCloseable {

    private static final String TAGS = "hc.tags";
    private static final String NAME = "hc.name";
    /** Longest text of a check that goes into a reason, in characters. */
    private static final int WORDS_MAX = 500;

    /** Typed as object: the package is optional, and its classes are touched only where a service shows that it is there. */
    private final ServiceTracker<Object, Object> checks;

    HealthChecks(BundleContext context) {
        checks = new ServiceTracker<>(context, "org.apache.felix.hc.api.HealthCheck", null);
        checks.open();
    }

    @Override
    public Optional<String> findTrouble(String module) {
        for (Map.Entry<ServiceReference<Object>, Object> each :
                checks.getTracked().entrySet()) {
            if (isTagged(each.getKey().getProperty(TAGS), module)) {
                Optional<String> trouble =
                        Check.run(each.getValue(), String.valueOf(each.getKey().getProperty(NAME)));
                if (trouble.isPresent()) {
                    return trouble;
                }
            }
        }
        return Optional.empty();
    }

    private static boolean isTagged(Object tags, String module) {
        if (tags instanceof String[] many) {
            for (String tag : many) {
                if (tag.equals(module)) {
                    return true;
                }
            }
        }
        return module.equals(tags);
    }

    @Override
    public void close() {
        checks.close();
    }

    private static final class Check {
        static Optional<String> run(Object service, String name) {
            Result result;
            try {
                result = ((HealthCheck) service).execute();
            } catch (RuntimeException e) {
                // The contract asks for a result whatever happens; who breaks it is as unwell as one that says so.
                return Optional.of("health check '" + name + "': expected a result, got " + e);
            }
            return switch (result.getStatus()) {
                case CRITICAL, HEALTH_CHECK_ERROR ->
                    Optional.of("health check '" + name + "': expected OK, got " + result.getStatus() + words(result));
                default -> Optional.empty();
            };
        }

        /** What it says of its trouble; what is fine is left out. */
        private static String words(Result result) {
            StringBuilder words = new StringBuilder();
            for (ResultLog.Entry entry : result) {
                if (entry.getStatus().compareTo(Result.Status.WARN) >= 0 && words.length() < WORDS_MAX) {
                    words.append(words.isEmpty() ? ": " : "; ").append(entry.getMessage());
                }
            }
            return words.length() <= WORDS_MAX ? words.toString() : words.substring(0, WORDS_MAX) + "…";
        }
    }
}

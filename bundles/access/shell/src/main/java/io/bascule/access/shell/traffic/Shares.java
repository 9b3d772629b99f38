/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.access.shell.traffic;

import io.bascule.api.module.traffic.ModuleTraffic;
import io.bascule.api.module.traffic.TrafficRule;
import io.bascule.api.module.traffic.VersionTraffic;
import java.util.List;
import java.util.Map;
import org.osgi.framework.Version;

/** Says what share of a module's traffic one of its versions gets. */
final class Shares {

    private static final int ALL = 100;

    private Shares() {}

    /** Returns for example {@code 90 %}, {@code shadow}, {@code standby}; {@code -} for a version that is not live. */
    static String of(ModuleTraffic traffic, String version) {
        boolean isLive = traffic.versions().stream().anyMatch(live -> isSame(live.version(), version));
        if (!isLive) {
            return "-";
        }
        TrafficRule rule = traffic.route().rule();
        if (rule instanceof TrafficRule.Shadow shadow && isSame(shadow.candidate(), version)) {
            return "shadow";
        }
        int percent = percent(rule, traffic.versions(), version);
        boolean isStandby = traffic.route().standby().stream().anyMatch(each -> isSame(each, version));
        return percent == 0 && isStandby ? "standby" : percent + " %";
    }

    private static int percent(TrafficRule rule, List<VersionTraffic> live, String version) {
        if (rule instanceof TrafficRule.Weighted weighted) {
            return share(weighted.weights(), version);
        }
        if (rule instanceof TrafficRule.ByChannel byChannel) {
            return share(byChannel.weights(), version);
        }
        if (rule instanceof TrafficRule.RoundRobin roundRobin) {
            boolean isIn = roundRobin.versions().stream().anyMatch(each -> isSame(each, version));
            return isIn ? ALL / roundRobin.versions().size() : 0;
        }
        String only = rule.versions().isEmpty()
                ? live.get(live.size() - 1).version()
                : rule.versions().get(0);
        return isSame(only, version) ? ALL : 0;
    }

    private static int share(Map<String, Integer> weights, String version) {
        return weights.entrySet().stream()
                .filter(each -> isSame(each.getKey(), version))
                .mapToInt(Map.Entry::getValue)
                .sum();
    }

    /** People write 1.1 for 1.1.0. */
    static boolean isSame(String one, String other) {
        return Version.parseVersion(one).equals(Version.parseVersion(other));
    }
}

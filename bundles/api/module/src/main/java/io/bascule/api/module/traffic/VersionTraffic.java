/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.api.module.traffic;

/**
 * What one version of a module did since it was first routed, over all stages that name the module.
 *
 * @param version the version
 * @param stages in how many stages it has an instance now
 * @param calls batches and messages handed to it
 * @param readingsIn readings handed to it
 * @param readingsOut readings that came out of it
 * @param messagesOut messages that came out of it
 * @param alertsOut alerts that came out of it
 * @param faults calls that failed
 * @param fallbacks failed calls that the fallback version took over
 * @param deadlineMisses calls that took longer than the route's deadline
 * @param p50Nanos time that half of the recent calls stayed under, 0 while there were none; steps of at most a tenth
 * @param p95Nanos time that 95 of 100 recent calls stayed under, 0 while there were none
 * @param compared batches whose outputs were compared with the active version's, as a shadow
 * @param different those of them that differed by more than the tolerance
 * @param lastFault what the last failure said, empty when there was none
 */
public record VersionTraffic(
        String version,
        int stages,
        long calls,
        long readingsIn,
        long readingsOut,
        long messagesOut,
        long alertsOut,
        long faults,
        long fallbacks,
        long deadlineMisses,
        long p50Nanos,
        long p95Nanos,
        long compared,
        long different,
        String lastFault) {}

/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.wasm.engine;

/**
 * Counters of an engine since its start, and gauges of now.
 *
 * @param modulesCompiled modules compiled, those taken from the cache included
 * @param modulesRefused modules refused by a limit or as malformed, by {@code compile}
 * @param compilesFailed compilations that failed, ran out of time or were turned away
 * @param compilesStuck compilations that ran out of time and still occupy a thread; a gauge
 * @param compileNanos time spent parsing and compiling, nanoseconds
 * @param cacheHits modules taken from the class cache
 * @param cacheMisses modules looked for in the class cache in vain
 * @param cacheRejected cached classes refused because they were damaged or not made by this installation
 * @param modulesOpen compiled modules not yet closed; a gauge
 * @param instancesOpen instances not yet closed or discarded; a gauge
 * @param traps instances stopped
 * @param deadlinesPassed traps that were caused by the deadline
 * @param pagesUsed memory of all instances, pages of 64 KiB; a gauge
 * @param pageBudget the most of it there may be
 */
public record EngineStats(
        long modulesCompiled,
        long modulesRefused,
        long compilesFailed,
        int compilesStuck,
        long compileNanos,
        long cacheHits,
        long cacheMisses,
        long cacheRejected,
        int modulesOpen,
        int instancesOpen,
        long traps,
        long deadlinesPassed,
        long pagesUsed,
        long pageBudget) {}

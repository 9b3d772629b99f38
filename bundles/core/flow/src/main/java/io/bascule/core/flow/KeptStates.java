/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.core.flow;

import io.bascule.api.module.traffic.TrafficRule;
import java.util.ArrayList;
import java.util.List;
import org.osgi.framework.Version;

/**
 * States taken from instances that had to go before the next one was there, newest first, one for each version. A state that
 * a newcomer took over is kept behind those that nobody took: when that newcomer is given up, its predecessor can have it
 * back. Immutable.
 */
final class KeptStates {

    static final KeptStates NONE = new KeptStates(List.of());

    private final List<Kept> states;

    /** A state and who left it. */
    private static final class Kept {
        private final Version version;
        private final byte[] state;
        private final boolean isTakenOver;

        Kept(Version version, byte[] state, boolean isTakenOver) {
            this.version = version;
            this.state = state;
            this.isTakenOver = isTakenOver;
        }
    }

    private KeptStates(List<Kept> states) {
        this.states = states;
    }

    /**
     * Adds the state that {@code version} left.
     *
     * @param isForOthers whether another version may work on from it: not when it stood by
     */
    KeptStates with(Version version, byte[] state, boolean isForOthers) {
        List<Kept> next = new ArrayList<>();
        next.add(new Kept(version, state, !isForOthers));
        for (Kept kept : states) {
            if (!kept.version.equals(version) && next.size() < TrafficRule.VERSIONS_MAX) {
                next.add(kept);
            }
        }
        return new KeptStates(List.copyOf(next));
    }

    /** Marks that a newcomer took a state over, or worked on from one: all were before it. */
    KeptStates takenOver() {
        return new KeptStates(states.stream()
                .map(kept -> new Kept(kept.version, kept.state, true))
                .toList());
    }

    /**
     * Returns the states to offer to {@code newcomer}, best first: its own that nobody took over, the newest that nobody took
     * over, its own from before.
     */
    List<byte[]> candidates(Version newcomer) {
        List<byte[]> own = new ArrayList<>();
        List<byte[]> newest = new ArrayList<>();
        List<byte[]> before = new ArrayList<>();
        for (Kept kept : states) {
            boolean isOwn = kept.version.equals(newcomer);
            if (isOwn) {
                (kept.isTakenOver ? before : own).add(kept.state);
            } else if (!kept.isTakenOver && newest.isEmpty()) {
                newest.add(kept.state);
            }
        }
        own.addAll(newest);
        own.addAll(before);
        return own;
    }
}

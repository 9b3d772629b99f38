/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.core.flow.traffic;

import io.bascule.api.channel.Batch;
import io.bascule.api.channel.Channel;
import io.bascule.api.channel.ChannelRegistry;
import io.bascule.api.module.traffic.TrafficRule;
import java.util.Arrays;
import java.util.Collection;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Divides batches and messages between the versions of a rule, which are numbered as the rule names them. Deterministic: it
 * depends on nothing but what came before. Confined to a stage's worker.
 */
public abstract class Divider {

    private static final int WHOLE = 100;

    private Divider() {}

    /** Returns a divider for {@code rule}. */
    public static Divider of(TrafficRule rule, ChannelRegistry channels) {
        if (rule instanceof TrafficRule.Weighted weighted) {
            return new InTurn(shares(weighted.weights().values()));
        }
        if (rule instanceof TrafficRule.RoundRobin robin) {
            int[] equal = new int[robin.versions().size()];
            Arrays.fill(equal, 1);
            return new InTurn(equal);
        }
        if (rule instanceof TrafficRule.ByChannel byChannel) {
            return new OfChannels(shares(byChannel.weights().values()), channels);
        }
        return new First();
    }

    private static int[] shares(Collection<Integer> shares) {
        return shares.stream().mapToInt(Integer::intValue).toArray();
    }

    /** Returns whether version {@code i} ever gets anything. */
    public abstract boolean isUsed(int i);

    /** Puts the part of each version into {@code parts}; leaves those that get nothing as they are. */
    public abstract void divide(Batch batch, @Nullable Batch[] parts);

    /** Returns which version gets a message. */
    public abstract int pick(String topic);

    /** All to the first. */
    private static final class First extends Divider {
        @Override
        public boolean isUsed(int i) {
            return i == 0;
        }

        @Override
        public void divide(Batch batch, @Nullable Batch[] parts) {
            parts[0] = batch;
        }

        @Override
        public int pick(String topic) {
            return 0;
        }
    }

    /**
     * Whole batches in turn, by shares: each version earns its share at every batch, the richest one works and pays the
     * whole. After as many batches as the shares sum up to, each has had exactly its share, spread evenly.
     */
    private static final class InTurn extends Divider {
        private final int[] shares;
        private final int[] earned;
        private final int sum;

        InTurn(int[] shares) {
            this.shares = shares;
            this.earned = new int[shares.length];
            this.sum = Arrays.stream(shares).sum();
        }

        @Override
        public boolean isUsed(int i) {
            return shares[i] > 0;
        }

        @Override
        public void divide(Batch batch, @Nullable Batch[] parts) {
            parts[next()] = batch;
        }

        @Override
        public int pick(String topic) {
            return next();
        }

        private int next() {
            int richest = 0;
            for (int i = 0; i < shares.length; i++) {
                earned[i] += shares[i];
                if (earned[i] > earned[richest]) {
                    richest = i;
                }
            }
            earned[richest] -= sum;
            return richest;
        }
    }

    /** Each channel to its version, by a hash of its name: the same in every stage and after every restart. */
    private static final class OfChannels extends Divider {
        private static final byte UNKNOWN = -1;

        private final int[] shares;
        private final ChannelRegistry channels;

        /** Version of each channel handle seen so far. */
        private byte[] known = new byte[0];

        private final int[] counts;

        OfChannels(int[] shares, ChannelRegistry channels) {
            this.shares = shares;
            this.channels = channels;
            this.counts = new int[shares.length];
        }

        @Override
        public boolean isUsed(int i) {
            return shares[i] > 0;
        }

        @Override
        public int pick(String topic) {
            return of(topic);
        }

        @Override
        public void divide(Batch batch, @Nullable Batch[] parts) {
            Arrays.fill(counts, 0);
            int size = batch.size();
            for (int i = 0; i < size; i++) {
                counts[of(batch.channel(i))]++;
            }
            Batch.Builder[] builders = new Batch.Builder[counts.length];
            for (int version = 0; version < counts.length; version++) {
                if (counts[version] == size) {
                    parts[version] = batch;
                    return;
                }
                builders[version] = Batch.builder(counts[version]);
            }
            int from = 0;
            while (from < size) {
                int version = of(batch.channel(from));
                int to = from + 1;
                while (to < size && of(batch.channel(to)) == version) {
                    to++;
                }
                builders[version].addRange(batch, from, to - from);
                from = to;
            }
            for (int version = 0; version < counts.length; version++) {
                if (counts[version] > 0) {
                    parts[version] = builders[version].build();
                }
            }
        }

        private int of(int handle) {
            if (handle >= 0 && handle < known.length && known[handle] != UNKNOWN) {
                return known[handle];
            }
            Optional<Channel> channel = channels.find(handle);
            if (channel.isEmpty()) {
                return of("channel-" + handle);
            }
            int version = of(channel.get().name());
            int before = known.length;
            if (handle >= before) {
                known = Arrays.copyOf(known, Math.max(handle + 1, Math.min(before * 2, ChannelRegistry.CHANNELS_MAX)));
                Arrays.fill(known, before, known.length, UNKNOWN);
            }
            known[handle] = (byte) version;
            return version;
        }

        /** The text's hash as Java defines it, stirred, so that names that differ in one digit spread. */
        private int of(String name) {
            int hash = name.hashCode();
            hash = (hash ^ (hash >>> 16)) * 0x85ebca6b;
            hash = (hash ^ (hash >>> 13)) * 0xc2b2ae35;
            int point = Integer.remainderUnsigned(hash ^ (hash >>> 16), WHOLE);
            int version = 0;
            int limit = shares[0];
            while (point >= limit) {
                version++;
                limit += shares[version];
            }
            return version;
        }
    }
}

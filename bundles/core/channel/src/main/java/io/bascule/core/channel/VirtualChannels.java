/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.core.channel;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.bascule.api.channel.Batch;
import io.bascule.api.channel.Channel;
import java.util.Arrays;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The channels that no device feeds. Any number of flows publish at once: each flow's readings stay in its order, and one
 * flow that holds back does not hold back the others.
 */
final class VirtualChannels {

    private static final Logger LOG = LoggerFactory.getLogger(VirtualChannels.class);

    private final ProcessImage image;

    /** Kind codes by handle; 0 where the handle is not a virtual channel's. */
    @GuardedBy("this")
    private byte[] kinds = new byte[64];

    @GuardedBy("this")
    private long rejected;

    VirtualChannels(ProcessImage image) {
        this.image = image;
    }

    synchronized void add(Channel channel) {
        if (channel.handle() >= kinds.length) {
            kinds = Arrays.copyOf(kinds, Math.max(kinds.length * 2, channel.handle() + 1));
        }
        kinds[channel.handle()] = (byte) channel.kind().code();
    }

    /** Enters readings into the process image and returns those that are a virtual channel's and of the right kind. */
    synchronized Batch enter(Batch batch) {
        int size = batch.size();
        Batch.Builder accepted = null;
        for (int i = 0; i < size; i++) {
            int handle = batch.channel(i);
            boolean isOurs = handle > 0
                    && handle < kinds.length
                    && kinds[handle] == batch.kind(i).code();
            if (isOurs) {
                image.write(batch, i, handle);
                if (accepted != null) {
                    accepted.addRange(batch, i, 1);
                }
            } else if (accepted == null) {
                accepted = Batch.builder(size).addRange(batch, 0, i);
            }
        }
        if (accepted == null) {
            return batch;
        }
        Batch kept = accepted.build();
        countRejected(size - kept.size());
        return kept;
    }

    /** Logs when the number has doubled, so that a module that is wrong all the time fills no disk. */
    @GuardedBy("this")
    private void countRejected(int count) {
        long before = rejected;
        rejected += count;
        if (Long.numberOfLeadingZeros(before) != Long.numberOfLeadingZeros(rejected)) {
            LOG.warn(
                    "readings of channels that are not virtual, or of the wrong kind, were refused; rejected={}. A module"
                            + " publishes its own channels; devices are written through the write path",
                    rejected);
        }
    }

    synchronized long rejected() {
        return rejected;
    }
}

/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.wasm.capabilities;

import io.bascule.api.channel.Batch;
import io.bascule.api.channel.Channel;
import io.bascule.api.channel.ChannelRegistry;
import io.bascule.api.security.Capability;
import java.util.BitSet;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * Which channels an instance knows: those of its input, and those it opened. A guest can put any number into a reading;
 * only these are taken. Handed on to the instance that follows after a fault. Confined to one thread at a time.
 */
public final class ChannelHandles {

    private final boolean isOfDriver;

    /** Handles above this are looked up each time instead of being remembered. */
    private static final int REMEMBERED_MAX = 1 << 20;

    private final BitSet known = new BitSet();
    private final Map<Integer, Channel> opened = new HashMap<>();

    /** Knows no channel yet. */
    public ChannelHandles() {
        this(false);
    }

    private ChannelHandles(boolean isOfDriver) {
        this.isOfDriver = isOfDriver;
    }

    /** Makes one for a driver, whose channels are numbers of its own that mean nothing in the registry. */
    public static ChannelHandles ofDriver() {
        return new ChannelHandles(true);
    }

    /** Remembers a number of a driver's channel, 1 and up. */
    public void note(int number) {
        known.set(number);
    }

    boolean isOfDriver() {
        return isOfDriver;
    }

    /** Remembers the channels of a batch that the guest is given. */
    public void note(Batch batch) {
        int last = 0;
        for (int i = 0; i < batch.size(); i++) {
            int handle = batch.channel(i);
            if (handle != last) {
                last = handle;
                if (handle > 0 && handle < REMEMBERED_MAX) {
                    known.set(handle);
                }
            }
        }
    }

    int openCount() {
        return opened.size();
    }

    void open(Channel channel) {
        opened.put(channel.handle(), channel);
        if (channel.handle() < REMEMBERED_MAX) {
            known.set(channel.handle());
        }
    }

    /** Returns the channel with a handle that the guest may use, by input or by grant; empty otherwise. */
    Optional<Channel> find(int handle, ChannelRegistry registry, Permissions permissions) {
        if (isOfDriver) {
            return Optional.empty();
        }
        Channel cached = opened.get(handle);
        if (cached != null) {
            return Optional.of(cached);
        }
        Optional<Channel> channel = registry.find(handle);
        return channel.filter(c -> isKnown(handle)
                || permissions.allows(Capability.CHANNEL_READ, c.name())
                || permissions.allows(Capability.CHANNEL_WRITE, c.name()));
    }

    /** Returns whether the guest may emit readings of this channel: it was given it, opened it, or holds a grant for it. */
    boolean mayEmit(int handle, ChannelRegistry registry, Permissions permissions) {
        return isKnown(handle) || find(handle, registry, permissions).isPresent();
    }

    private boolean isKnown(int handle) {
        return handle > 0 && handle < REMEMBERED_MAX && known.get(handle);
    }
}

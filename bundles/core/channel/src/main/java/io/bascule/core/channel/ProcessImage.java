/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.core.channel;

import io.bascule.api.channel.Batch;
import io.bascule.api.channel.ChannelRegistry;
import io.bascule.api.channel.Quality;
import io.bascule.api.channel.Reading;
import io.bascule.api.channel.Value;
import io.bascule.api.channel.ValueKind;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.jspecify.annotations.Nullable;

/**
 * The last reading of every channel, by handle, in arrays. Any thread may read, without a lock; a channel has one writer
 * at a time, which its device sees to.
 *
 * <p>Each slot is guarded by a version number (a seqlock): odd while it is written, so a reader that saw an odd or a changed
 * number reads again. Writers never wait for readers, and a publication allocates nothing.
 */
final class ProcessImage {

    private static final int CHUNK_BITS = 10;
    private static final int CHUNK_SIZE = 1 << CHUNK_BITS;
    private static final int CHUNK_MASK = CHUNK_SIZE - 1;
    private static final VarHandle VERSION = MethodHandles.arrayElementVarHandle(int[].class);

    private final AtomicReferenceArray<@Nullable Chunk> chunks =
            new AtomicReferenceArray<>((ChannelRegistry.CHANNELS_MAX >> CHUNK_BITS) + 1);

    /** Channels by thousands, so that the image grows with the number of channels and never moves. */
    private static final class Chunk {
        final int[] version = new int[CHUNK_SIZE];
        final byte[] kind = new byte[CHUNK_SIZE];
        final int[] quality = new int[CHUNK_SIZE];
        final long[] time = new long[CHUNK_SIZE];
        final long[] bits = new long[CHUNK_SIZE];
        /** Values of text and bytes channels. */
        final @Nullable Value[] values = new Value[CHUNK_SIZE];
    }

    private Chunk chunk(int handle) {
        Chunk chunk = handle < 1 || handle > ChannelRegistry.CHANNELS_MAX ? null : chunks.get(handle >> CHUNK_BITS);
        if (chunk == null) {
            throw new IllegalArgumentException("no channel has the handle " + handle);
        }
        return chunk;
    }

    /** Makes room for a channel, or empties it when its kind changes. */
    void open(int handle, ValueKind kind) {
        int index = handle >> CHUNK_BITS;
        if (chunks.get(index) == null) {
            chunks.compareAndSet(index, null, new Chunk());
        }
        write(handle, initial(handle, kind));
    }

    private static Reading initial(int handle, ValueKind kind) {
        Value value =
                switch (kind) {
                    case F64 -> new Value.F64(0);
                    case I64 -> new Value.I64(0);
                    case BOOL -> new Value.Bool(false);
                    case TEXT -> new Value.Text("");
                    case BYTES -> new Value.Bytes(new byte[0]);
                };
        return new Reading(handle, value, Quality.BAD_WAITING_FOR_INITIAL_DATA, 0);
    }

    private void write(int handle, Reading reading) {
        write(Batch.of(reading), 0, handle);
    }

    /** Writes reading {@code i} of {@code batch} to the slot of {@code handle}. */
    void write(Batch batch, int i, int handle) {
        Chunk chunk = chunk(handle);
        int slot = handle & CHUNK_MASK;
        ValueKind kind = batch.kind(i);
        Value value = kind.isFixed() ? null : batch.value(i);
        int version = begin(chunk, slot);
        chunk.kind[slot] = (byte) kind.code();
        chunk.quality[slot] = batch.quality(i).code();
        chunk.time[slot] = batch.timeNanos(i);
        chunk.bits[slot] = batch.valueBits(i);
        chunk.values[slot] = value;
        end(chunk, slot, version);
    }

    /** Changes the quality and keeps value and time. */
    void setQuality(int handle, Quality quality) {
        Chunk chunk = chunk(handle);
        int slot = handle & CHUNK_MASK;
        int version = begin(chunk, slot);
        chunk.quality[slot] = quality.code();
        end(chunk, slot, version);
    }

    private static int begin(Chunk chunk, int slot) {
        int version = (int) VERSION.getOpaque(chunk.version, slot);
        VERSION.setOpaque(chunk.version, slot, version + 1);
        VarHandle.storeStoreFence();
        return version;
    }

    private static void end(Chunk chunk, int slot, int version) {
        VERSION.setRelease(chunk.version, slot, version + 2);
    }

    /**
     * Returns the last reading.
     *
     * @throws IllegalArgumentException when no channel has this handle
     */
    Reading read(int handle) {
        Chunk chunk = chunk(handle);
        int slot = handle & CHUNK_MASK;
        while (true) {
            int before = (int) VERSION.getAcquire(chunk.version, slot);
            if ((before & 1) == 0) {
                byte kind = chunk.kind[slot];
                int quality = chunk.quality[slot];
                long time = chunk.time[slot];
                long bits = chunk.bits[slot];
                Value value = chunk.values[slot];
                VarHandle.loadLoadFence();
                if (before == (int) VERSION.getOpaque(chunk.version, slot)) {
                    if (kind == 0) {
                        throw new IllegalArgumentException("no channel has the handle " + handle);
                    }
                    return new Reading(
                            handle,
                            value != null ? value : fixed(ValueKind.ofCode(kind), bits),
                            new Quality(quality),
                            time);
                }
            }
            Thread.onSpinWait();
        }
    }

    private static Value fixed(ValueKind kind, long bits) {
        return switch (kind) {
            case F64 -> new Value.F64(Double.longBitsToDouble(bits));
            case I64 -> new Value.I64(bits);
            case BOOL -> new Value.Bool(Double.longBitsToDouble(bits) != 0);
            case TEXT, BYTES -> throw new IllegalStateException("text and bytes are kept as objects");
        };
    }
}

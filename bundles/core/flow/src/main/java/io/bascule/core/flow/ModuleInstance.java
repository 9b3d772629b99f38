/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.core.flow;

import io.bascule.api.channel.Batch;
import io.bascule.api.channel.Channel;
import io.bascule.api.channel.ChannelRegistry;
import io.bascule.api.channel.Value;
import io.bascule.api.module.ModuleException;
import io.bascule.api.module.World;
import io.bascule.api.module.spi.Decoder;
import io.bascule.api.module.spi.Instance;
import io.bascule.api.module.spi.Processor;
import io.bascule.api.module.spi.StageContext;
import java.time.Clock;
import java.util.Arrays;
import java.util.Optional;

/** An instance of a module that fills a slot: turns batches and messages into the calls of its world. Confined. */
abstract class ModuleInstance {

    private final ModuleDirectory.Handle handle;
    private final Instance instance;

    private ModuleInstance(ModuleDirectory.Handle handle, Instance instance) {
        this.handle = handle;
        this.instance = instance;
    }

    /**
     * Makes an instance.
     *
     * @throws ModuleException when the module refuses
     */
    static ModuleInstance open(
            ModuleDirectory.Handle handle, StageContext context, ChannelRegistry channels, Clock clock)
            throws ModuleException {
        World world = handle.descriptor().world();
        return switch (world) {
            case PROCESSOR -> new OfProcessor(handle, handle.module().newProcessor(context));
            case DECODER -> new OfDecoder(handle, handle.module().newDecoder(context), channels, clock);
            case DRIVER ->
                throw new ModuleException("module " + handle.label()
                        + " is a driver; a flow takes modules of world processor" + " or decoder");
        };
    }

    ModuleDirectory.Handle handle() {
        return handle;
    }

    Instance instance() {
        return instance;
    }

    /** Returns the most readings of a call. */
    int sizeMax() {
        return handle.descriptor().batchMax();
    }

    /** Returns whether a call is several calls of the module, of which some may have gone well when it fails. */
    boolean isDecoder() {
        return false;
    }

    abstract void accept(Batch batch, Frames frames) throws ModuleException;

    abstract void message(String topic, byte[] payload, Frames frames) throws ModuleException;

    private static String channelName(ChannelRegistry channels, int handle) {
        Optional<Channel> channel = channels.find(handle);
        return channel.map(Channel::name).orElse("channel-" + handle);
    }

    private static final class OfProcessor extends ModuleInstance {
        private final Processor processor;

        OfProcessor(ModuleDirectory.Handle handle, Processor processor) {
            super(handle, processor);
            this.processor = processor;
        }

        /** One batch is one call, text and bytes included: the module does all of it or nothing, so it can be repeated. */
        @Override
        void accept(Batch batch, Frames frames) throws ModuleException {
            processor.process(batch);
        }

        @Override
        void message(String topic, byte[] payload, Frames frames) throws ModuleException {
            processor.message(topic, payload);
        }
    }

    private static final class OfDecoder extends ModuleInstance {
        /** Most bytes of an unfinished frame; industrial frames are far smaller. */
        private static final int UNFINISHED_BYTES_MAX = 64 * 1024;

        private final Decoder decoder;
        private final ChannelRegistry channels;
        private final Clock clock;

        OfDecoder(ModuleDirectory.Handle handle, Decoder decoder, ChannelRegistry channels, Clock clock) {
            super(handle, decoder);
            this.decoder = decoder;
            this.channels = channels;
            this.clock = clock;
        }

        /** One corrupt frame must not take others with it, so each is a call. */
        @Override
        int sizeMax() {
            return 1;
        }

        @Override
        boolean isDecoder() {
            return true;
        }

        @Override
        void accept(Batch batch, Frames frames) throws ModuleException {
            for (int i = 0; i < batch.size(); i++) {
                if (!(batch.value(i) instanceof Value.Bytes frame)) {
                    throw new ModuleException("decoder " + handle().label() + " takes frames of bytes; channel '"
                            + channelName(channels, batch.channel(i)) + "' sent "
                            + batch.kind(i).word());
                }
                decode(channelName(channels, batch.channel(i)), frame.value(), batch.timeNanos(i), frames);
            }
        }

        @Override
        void message(String topic, byte[] payload, Frames frames) throws ModuleException {
            long nowNanos = Math.multiplyExact(clock.millis(), 1_000_000L);
            decode(topic, payload, nowNanos, frames);
        }

        private void decode(String source, byte[] bytes, long timeNanos, Frames frames) throws ModuleException {
            byte[] data = frames.join(source, bytes);
            int total = data.length;
            int used = 0;
            do {
                data = used == 0 ? data : Arrays.copyOfRange(data, used, data.length);
                used = data.length == 0 ? 0 : next(data, timeNanos, data.length < total);
                if (used < 0 || used > data.length) {
                    throw new ModuleException(
                            "decoder " + handle().label() + " says it used " + used + " of " + data.length + " bytes");
                }
            } while (used > 0);
            if (data.length > UNFINISHED_BYTES_MAX || (data.length > 0 && !frames.keep(source, data))) {
                throw new ModuleException("decoder " + handle().label() + " found no frame in " + data.length
                        + " bytes from '" + source + "', or frames come from more than " + Frames.SOURCES_MAX
                        + " sources; they are dropped");
            }
        }

        /** Once a frame of these bytes has been decoded, trying all of them again would double it. */
        private int next(byte[] data, long timeNanos, boolean isBegun) throws ModuleException {
            try {
                return decoder.decode(data, timeNanos);
            } catch (ModuleException e) {
                if (isBegun) {
                    throw new ModuleException(e.getMessage() == null ? e.toString() : e.getMessage(), e);
                }
                throw e;
            }
        }
    }
}

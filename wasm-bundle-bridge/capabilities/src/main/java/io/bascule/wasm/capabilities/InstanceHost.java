/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.wasm.capabilities;

import io.bascule.api.module.spi.Output;
import io.bascule.wasm.abi.ModuleMetadata;
import io.bascule.wasm.engine.HostFunctions;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The host side of one instance: what it may call, what it has produced, its timers, its byte streams. Confined with the instance,
 * but for {@link #close()}.
 *
 * <p>Around each call from outside: {@link #beginCall()}, the call, then {@link #commit(Output)} when it returned zero or above
 * and {@link #discard()} otherwise. Several calls may precede one commit; then their products leave together.
 */
public final class InstanceHost {

    private final HostServices services;
    private final Permissions permissions;
    private final CallBuffer buffer = new CallBuffer();
    private final EmitCapability emit;
    private final ChannelCapability channel;
    private final StateCapability state;
    private final TimerCapability timer;
    private final LogCapability log;
    private final IoCapability io;
    private final HostFunctions functions;

    /**
     * Makes the host side of one instance.
     *
     * @param metadata the module
     * @param services what the capabilities call
     * @param handles the channels known so far, shared with the instances before and after this one
     */
    public InstanceHost(ModuleMetadata metadata, HostServices services, ChannelHandles handles) {
        this.services = services;
        Logger logger = LoggerFactory.getLogger("io.bascule.module." + metadata.name());
        permissions = new Permissions(metadata, services.authorizer(), logger);
        log = new LogCapability(metadata.name(), permissions, logger, services.limits());
        ClockCapability clock = new ClockCapability(permissions, services.clock());
        emit = new EmitCapability(services, permissions, handles, buffer, metadata.name(), metadata.batchMax());
        channel = new ChannelCapability(services, permissions, handles, buffer, metadata.isWriteImmediate());
        state = new StateCapability(services, permissions, services.states().open(metadata.name()));
        timer = new TimerCapability(permissions, services.limits(), !handles.isOfDriver());
        io = new IoCapability(services.streams(), permissions, services.limits());
        Offers offers = new Offers();
        log.offer(offers);
        clock.offer(offers);
        emit.offer(offers);
        channel.offer(offers);
        state.offer(offers);
        timer.offer(offers);
        io.offer(offers);
        new WasiPreview1(log, clock, permissions).offer(offers);
        functions = offers.build();
    }

    /** Returns everything that the instance may import. */
    public HostFunctions functions() {
        return functions;
    }

    /** Starts the budget of a call. */
    public void beginCall() {
        permissions.beginCall();
        log.beginCall();
        emit.beginCall();
        channel.beginCall();
    }

    /** Lets leave what the calls since the last commit or discard have produced. */
    public void commit(Output output) {
        state.commit();
        buffer.commit(output, services.writer(), permissions);
    }

    /** Throws away what the calls since the last commit or discard have produced. */
    public void discard() {
        state.discard();
        buffer.discard();
    }

    /** Lets the next calls use byte streams, for {@code nanos}; without this there is no input and output. */
    public void beginIo(long nanos) {
        io.begin(nanos);
    }

    /**
     * Ends that. Streams stay open.
     *
     * @return how long the guest has waited for devices since {@link #beginIo}, nanoseconds
     */
    public long endIo() {
        return io.end();
    }

    /**
     * Returns what the guest said or met in the last call that explains a failure: its last error or warning, and what went wrong
     * with a byte stream. Empty when there is nothing.
     */
    public String complaint() {
        String said = log.complaint();
        String met = io.problem();
        return said.isEmpty() ? met : met.isEmpty() ? said : said + " (" + met + ")";
    }

    /** Closes every byte stream. From any thread. */
    public void close() {
        io.close();
    }

    /** Returns when the first timer is due in terms of {@link System#nanoTime()}, or {@code Instance.NO_TIMER}. */
    public long timerDueNanos() {
        return timer.dueNanos();
    }

    /** Returns the id of a timer that is due and arms it anew; -1 when none is. */
    public int takeDueTimer(long nowNanos) {
        return timer.takeDue(nowNanos);
    }

    /** Returns how often something was refused for want of a grant. */
    public long deniedTotal() {
        return permissions.denied();
    }
}

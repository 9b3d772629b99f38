/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.driver.opcua;

import io.netty.channel.nio.NioEventLoopGroup;
import io.netty.util.HashedWheelTimer;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.eclipse.milo.opcua.stack.core.util.NonceUtil;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;

/** The threads on which servers are heard, shared by all devices; they begin with the first and end with the bundle. */
@Component(service = ClientThreads.class, name = "io.bascule.driver.opcua.threads")
public final class ClientThreads {

    /** How the names of the threads begin. */
    static final String PREFIX = "io.bascule.driver.opcua-";

    private static final int WORKERS = 2;
    /** Far above what 512 devices with a few requests each can have waiting. */
    private static final int WAITING_MAX = 10_000;

    private static final long IDLE_SECONDS = 30;
    private static final long TICK_MILLIS = 20;

    private final NioEventLoopGroup network = new NioEventLoopGroup(1, named("network"));
    private final HashedWheelTimer timer = new HashedWheelTimer(named("timer"), TICK_MILLIS, TimeUnit.MILLISECONDS);
    private final ScheduledThreadPoolExecutor scheduler = new ScheduledThreadPoolExecutor(1, named("schedule"));
    private final ThreadPoolExecutor workers = new ThreadPoolExecutor(
            WORKERS,
            WORKERS,
            IDLE_SECONDS,
            TimeUnit.SECONDS,
            new ArrayBlockingQueue<>(WAITING_MAX),
            named("worker"),
            // What nobody takes in time is done by who brings it: that slows it down, and nothing is lost.
            new ThreadPoolExecutor.CallerRunsPolicy());

    /** Starts no thread yet. */
    @Activate
    public ClientThreads() {
        workers.allowCoreThreadTimeOut(true);
        // The library's source of random numbers begins when its class is loaded, and takes a while.
        NonceUtil.enableSecureRandom();
        scheduler.setRemoveOnCancelPolicy(true);
    }

    private static ThreadFactory named(String role) {
        AtomicInteger number = new AtomicInteger();
        return task -> {
            Thread thread = new Thread(task, PREFIX + role + "-" + number.incrementAndGet());
            thread.setDaemon(true);
            return thread;
        };
    }

    NioEventLoopGroup network() {
        return network;
    }

    HashedWheelTimer timer() {
        return timer;
    }

    ScheduledExecutorService scheduler() {
        return scheduler;
    }

    ExecutorService workers() {
        return workers;
    }

    /** Ends the threads, within a second. Devices have been closed before. */
    @Deactivate
    @SuppressWarnings("FutureReturnValueIgnored") // Who stops the bundle need not wait for the last second.
    public void close() {
        network.shutdownGracefully(0, 1, TimeUnit.SECONDS);
        timer.stop();
        scheduler.shutdownNow();
        workers.shutdownNow();
    }
}

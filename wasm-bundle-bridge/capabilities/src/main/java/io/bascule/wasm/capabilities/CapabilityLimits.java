/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.wasm.capabilities;

/**
 * How much of each capability one module or one call may use.
 *
 * @param logLinesPerSecond lines of one instance that reach the log in a second, 1 to 10,000; more are counted and dropped
 * @param messagesPerCall messages one call may emit, 0 to 65,536
 * @param messageBytesPerCall bytes of all messages of one call, 0 to 16 MiB
 * @param alertsPerCall alerts one call may raise, 0 to 65,536
 * @param writesPerCall channel writes of one call, 0 to 65,536
 * @param channelsMax channels one instance may open, 0 to 100,000
 * @param stateBytesMax bytes of keys and values of one module, 0 to 16 MiB
 * @param stateKeysMax keys of one module, 0 to 65,536
 * @param timerPeriodMillisMin shortest period of a timer, milliseconds, 1 to 60,000; shorter ones are raised to it
 * @param ioStreamsMax byte streams one instance may have open, 0 to 64
 * @param ioBytesMax bytes that are sent or received at once, 64 to 1 MiB
 * @param ioWaitMillisMax longest single wait for a device, milliseconds, 1 to 3,600,000; the time limit of a call is another
 */
public record CapabilityLimits(
        int logLinesPerSecond,
        int messagesPerCall,
        int messageBytesPerCall,
        int alertsPerCall,
        int writesPerCall,
        int channelsMax,
        int stateBytesMax,
        int stateKeysMax,
        int timerPeriodMillisMin,
        int ioStreamsMax,
        int ioBytesMax,
        int ioWaitMillisMax) {

    private static final int COUNT_MAX = 65_536;
    private static final int BYTES_MAX = 16 * 1024 * 1024;

    /** For modules of an edge gateway that does many things besides. */
    public static final CapabilityLimits DEFAULT =
            new CapabilityLimits(50, 256, 1024 * 1024, 64, 1024, 4096, 64 * 1024, 256, 10, 4, 64 * 1024, 60_000);

    /** Checks the ranges. */
    public CapabilityLimits {
        check("log lines per second", logLinesPerSecond, 1, 10_000);
        check("messages per call", messagesPerCall, 0, COUNT_MAX);
        check("message bytes per call", messageBytesPerCall, 0, BYTES_MAX);
        check("alerts per call", alertsPerCall, 0, COUNT_MAX);
        check("writes per call", writesPerCall, 0, COUNT_MAX);
        check("open channels", channelsMax, 0, 100_000);
        check("state bytes", stateBytesMax, 0, BYTES_MAX);
        check("state keys", stateKeysMax, 0, COUNT_MAX);
        check("shortest timer period in milliseconds", timerPeriodMillisMin, 1, 60_000);
        check("open streams", ioStreamsMax, 0, 64);
        check("bytes sent or received at once", ioBytesMax, 64, 1024 * 1024);
        check("longest wait for a device in milliseconds", ioWaitMillisMax, 1, 3_600_000);
    }

    private static void check(String what, int value, int min, int max) {
        if (value < min || value > max) {
            throw new IllegalArgumentException(what + " is " + value + "; expected " + min + " to " + max);
        }
    }
}

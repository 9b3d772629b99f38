/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.guest;

import java.nio.charset.StandardCharsets;
import org.teavm.interop.Address;
import org.teavm.interop.Import;

/**
 * What a module may ask of the gateway. Each interface a module uses becomes an import, and so a capability that an operator
 * grants; what is not called is not imported. Results are 0 or more, or one of the codes below.
 */
public final class Host {
    /** The operation failed. */
    public static final int FAILED = -1;
    /** An argument or the configuration is wrong. */
    public static final int BAD_ARGUMENT = -2;
    /** The module's grant does not cover this. */
    public static final int NOT_PERMITTED = -3;
    /** There is no such channel. */
    public static final int NOT_FOUND = -4;
    /** The host or the module does not offer this. */
    public static final int UNSUPPORTED = -5;
    /** The data is damaged. */
    public static final int CORRUPT_DATA = -6;
    /** Try again later. */
    public static final int BUSY = -7;
    /** No answer in time. */
    public static final int TIMEOUT = -8;
    /** Above a limit. */
    public static final int TOO_LARGE = -9;

    private static final String LOG = "bascule:gateway/log@1.0.0";
    private static final String CLOCK = "bascule:gateway/clock@1.0.0";
    private static final String EMIT = "bascule:gateway/emit@1.0.0";
    private static final String CHANNEL = "bascule:gateway/channel@1.0.0";
    private static final String STATE = "bascule:gateway/state@1.0.0";

    private Host() {}

    /** A line in the gateway's log. Levels: 1 error, 2 warning, 3 info, 4 debug. */
    public static void log(int level, String text) {
        byte[] utf8 = utf8(text);
        logWrite(level, Address.ofData(utf8), utf8.length);
    }

    /** Now, in nanoseconds since 1970-01-01T00:00:00Z; for processing prefer the time of the readings. */
    public static long nowNanos() {
        return clockNow();
    }

    /** Sends the first {@code count} readings of a batch down the flow. Returns their number or a negative code. */
    public static int emit(Batch batch, int count) {
        if (count < 0 || count > batch.count()) {
            throw new IndexOutOfBoundsException(count + " readings of " + batch.count());
        }
        return count == 0 ? 0 : emitReadings(batch.block().address(), count);
    }

    /** Sends text under a topic. Returns 0 or a negative code. */
    public static int emitMessage(String topic, String payload) {
        byte[] topicBytes = utf8(topic);
        byte[] payloadBytes = utf8(payload);
        return emitMessage(
                Address.ofData(topicBytes), topicBytes.length, Address.ofData(payloadBytes), payloadBytes.length);
    }

    /** Raises an alert. Severities: 1 info, 2 warning, 3 alarm, 4 critical. Returns 0 or a negative code. */
    public static int alert(int severity, int channel, long timeNanos, double value, String text) {
        byte[] utf8 = utf8(text);
        return emitAlert(severity, channel, timeNanos, value, Address.ofData(utf8), utf8.length);
    }

    /** Handle of a channel by its name, or a negative code. */
    public static int openChannel(String name) {
        byte[] utf8 = utf8(name);
        return channelOpen(Address.ofData(utf8), utf8.length);
    }

    /** The latest reading of a channel, as a batch of one; its quality is {@link Batch#BAD} if there is none. */
    public static Batch readChannel(int handle) {
        Batch result = Batch.ofSize(1);
        channelRead(handle, result.block().address());
        return result;
    }

    /** Writes the first {@code count} readings of a batch to their channels. Returns their number or a negative code. */
    public static int writeChannels(Batch batch, int count) {
        if (count < 0 || count > batch.count()) {
            throw new IndexOutOfBoundsException(count + " readings of " + batch.count());
        }
        return channelWrite(batch.block().address(), count);
    }

    /** The durable value under a key; empty if there is none. */
    public static byte[] getState(String key) {
        byte[] utf8 = utf8(key);
        Block result = new Block(8);
        Memory.expectList();
        stateGet(Address.ofData(utf8), utf8.length, result.address());
        return Memory.returned(result);
    }

    /** Sets a durable value. Returns 0 or a negative code. */
    public static int putState(String key, byte[] value) {
        byte[] utf8 = utf8(key);
        return statePut(Address.ofData(utf8), utf8.length, Address.ofData(value), value.length);
    }

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    @Import(module = LOG, name = "write")
    private static native void logWrite(int level, Address text, int length);

    @Import(module = CLOCK, name = "now")
    private static native long clockNow();

    @Import(module = EMIT, name = "readings")
    private static native int emitReadings(Address readings, int count);

    @Import(module = EMIT, name = "message")
    private static native int emitMessage(Address topic, int topicLength, Address payload, int length);

    @Import(module = EMIT, name = "alert")
    private static native int emitAlert(
            int severity, int channel, long timeNanos, double value, Address text, int length);

    @Import(module = CHANNEL, name = "open")
    private static native int channelOpen(Address name, int length);

    @Import(module = CHANNEL, name = "read")
    private static native void channelRead(int handle, Address result);

    @Import(module = CHANNEL, name = "write")
    private static native int channelWrite(Address readings, int count);

    @Import(module = STATE, name = "get")
    private static native void stateGet(Address key, int length, Address result);

    @Import(module = STATE, name = "put")
    private static native int statePut(Address key, int keyLength, Address value, int length);
}

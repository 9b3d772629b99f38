/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.wasm.capabilities;

import io.bascule.api.security.Capability;
import io.bascule.wasm.abi.Endpoint;
import io.bascule.wasm.abi.HostInterface;
import io.bascule.wasm.abi.ReturnCode;
import io.bascule.wasm.engine.GuestFunction;
import io.bascule.wasm.engine.WasmException;
import io.bascule.wasm.engine.WasmInstance;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.util.Arrays;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Byte streams to devices, to endpoints that were granted and nowhere else; looked at again with each call, so that a grant that is
 * taken away ends its streams. Every wait ends with the time of the call from outside, which the caller sets: outside of such a
 * call there is no input and output at all.
 *
 * <p>Confined to the instance, but for {@link #close()}.
 */
final class IoCapability {

    private final StreamOpener opener;
    private final Permissions permissions;
    private final CapabilityLimits limits;
    private final Map<Integer, Stream> streams = new ConcurrentHashMap<>();
    private volatile boolean isClosed;
    private int lastHandle;
    private boolean isOffered;
    private long endNano;
    private long waitedNanos;
    private String problem = "";
    private byte[] received = new byte[0];
    private @Nullable GuestFunction realloc;

    /** An open stream and the name under which it was granted. */
    private record Stream(String grantName, ByteStream bytes) {}

    IoCapability(StreamOpener opener, Permissions permissions, CapabilityLimits limits) {
        this.opener = opener;
        this.permissions = permissions;
        this.limits = limits;
    }

    void offer(Offers offers) {
        offers.add(HostInterface.IO, "open", this::open)
                .add(HostInterface.IO, "send", this::send)
                .add(HostInterface.IO, "receive", this::receive)
                .add(HostInterface.IO, "close", this::closeOne);
    }

    /** From now on there is input and output, for {@code nanos}. */
    void begin(long nanos) {
        isOffered = true;
        endNano = System.nanoTime() + nanos;
        waitedNanos = 0;
        problem = "";
    }

    /** From now on there is none; streams stay open. Returns how long the guest waited since {@link #begin}, nanoseconds. */
    long end() {
        isOffered = false;
        return waitedNanos;
    }

    /** Returns what went wrong last since {@link #begin}; empty when nothing did. */
    String problem() {
        return problem;
    }

    /** Closes every stream, and those that are being opened. From any thread. */
    void close() {
        isClosed = true;
        streams.keySet().forEach(this::drop);
    }

    private void drop(Integer handle) {
        Stream stream = streams.remove(handle);
        if (stream != null) {
            stream.bytes().close();
        }
    }

    private long remaining() {
        return isOffered ? Math.max(0, endNano - System.nanoTime()) : 0;
    }

    private <T> T await(WasmInstance guest, WasmInstance.Wait<T> wait) throws IOException, InterruptedException {
        long begun = System.nanoTime();
        try {
            return guest.await(wait);
        } finally {
            waitedNanos += System.nanoTime() - begun;
        }
    }

    private long refuse(ReturnCode code, String why) {
        problem = why;
        return code.code();
    }

    private long open(WasmInstance guest, long[] args) throws WasmException, InterruptedException {
        if (!GuestData.isAtMost((int) args[1], Endpoint.BYTES_MAX)) {
            return refuse(ReturnCode.BAD_ARGUMENT, "an endpoint has at most " + Endpoint.BYTES_MAX + " bytes");
        }
        Endpoint endpoint;
        try {
            endpoint = Endpoint.parse(guest.memory().readUtf8((int) args[0], (int) args[1]));
        } catch (IllegalArgumentException e) {
            return refuse(ReturnCode.BAD_ARGUMENT, String.valueOf(e.getMessage()));
        }
        String name = endpoint.grantName();
        if (!permissions.allows(Capability.IO, name)) {
            return refuse(ReturnCode.NOT_PERMITTED, name + " is not granted; see bascule:grant");
        }
        if (!isOffered || isClosed) {
            return refuse(ReturnCode.UNSUPPORTED, "there is no device in this call");
        }
        if (streams.size() >= limits.ioStreamsMax()) {
            return refuse(ReturnCode.BUSY, streams.size() + " streams are open, as many as are allowed");
        }
        return open(guest, endpoint);
    }

    private long open(WasmInstance guest, Endpoint endpoint) throws InterruptedException {
        long wait = Math.min(remaining(), TimeUnit.MILLISECONDS.toNanos(limits.ioWaitMillisMax()));
        if (wait == 0) {
            return refuse(ReturnCode.TIMEOUT, "no time was left to open " + endpoint);
        }
        try {
            ByteStream bytes = await(guest, () -> opener.open(endpoint, wait));
            lastHandle++;
            streams.put(lastHandle, new Stream(endpoint.grantName(), bytes));
            if (isClosed) {
                drop(lastHandle);
                return refuse(ReturnCode.FAILED, "the module is being stopped");
            }
            return lastHandle;
        } catch (InterruptedIOException e) {
            return refuse(ReturnCode.TIMEOUT, String.valueOf(e.getMessage()));
        } catch (IOException e) {
            return refuse(ReturnCode.NOT_FOUND, "cannot open " + endpoint + ": " + reason(e));
        }
    }

    private static String reason(IOException e) {
        return e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage();
    }

    /** Returns a stream that is open and still granted. */
    private @Nullable Stream granted(int handle) {
        Stream stream = streams.get(handle);
        if (stream != null && !permissions.allows(Capability.IO, stream.grantName())) {
            problem = stream.grantName() + " is no longer granted";
            drop(handle);
            return null;
        }
        return stream;
    }

    private long send(WasmInstance guest, long[] args) throws WasmException, InterruptedException {
        int handle = (int) args[0];
        int length = (int) args[2];
        boolean wasOpen = streams.containsKey(handle);
        Stream stream = granted(handle);
        if (stream == null) {
            return (wasOpen ? ReturnCode.NOT_PERMITTED : ReturnCode.BAD_ARGUMENT).code();
        }
        if (!GuestData.isAtMost(length, limits.ioBytesMax())) {
            return refuse(
                    ReturnCode.TOO_LARGE,
                    Integer.toUnsignedString(length) + " bytes to send at once; at most " + limits.ioBytesMax());
        }
        byte[] bytes = guest.memory().read((int) args[1], length);
        long wait = remaining();
        try {
            if (wait == 0) {
                throw new InterruptedIOException("no time was left to send to " + stream.grantName());
            }
            await(guest, () -> {
                stream.bytes().write(bytes, wait);
                return length;
            });
            return length;
        } catch (InterruptedIOException e) {
            // What has gone of it cannot be taken back, so that what follows would be taken for its rest.
            drop(handle);
            return refuse(ReturnCode.TIMEOUT, String.valueOf(e.getMessage()));
        } catch (IOException e) {
            drop(handle);
            return refuse(ReturnCode.FAILED, "connection to " + stream.grantName() + " lost: " + reason(e));
        }
    }

    private long receive(WasmInstance guest, long[] args) throws WasmException, InterruptedException {
        int got = receive(guest, (int) args[0], (int) args[1], Integer.toUnsignedLong((int) args[2]));
        int pointer = 0;
        if (got > 0) {
            pointer = GuestData.allocate(guest, realloc(guest), got);
            guest.memory().write(pointer, received, 0, got);
        }
        guest.memory().writeI32((int) args[3], pointer);
        guest.memory().writeI32((int) args[3] + Integer.BYTES, got);
        return 0;
    }

    /** Looked up once: every answer of a device needs it. */
    private GuestFunction realloc(WasmInstance guest) throws WasmException {
        GuestFunction known = realloc;
        if (known == null) {
            known = GuestData.realloc(guest);
            realloc = known;
        }
        return known;
    }

    private int receive(WasmInstance guest, int handle, int max, long timeoutMillis) throws InterruptedException {
        Stream stream = granted(handle);
        long wait =
                Math.min(remaining(), TimeUnit.MILLISECONDS.toNanos(Math.min(timeoutMillis, limits.ioWaitMillisMax())));
        if (stream == null || max == 0 || wait == 0) {
            return 0;
        }
        int count = GuestData.isAtMost(max, limits.ioBytesMax()) ? max : limits.ioBytesMax();
        if (received.length < count) {
            received = Arrays.copyOf(received, count);
        }
        try {
            int got = await(guest, () -> stream.bytes().read(received, count, wait));
            if (got == 0) {
                problem = stream.grantName() + " did not answer in time";
            } else if (got == ByteStream.END) {
                problem = stream.grantName() + " closed the connection";
                drop(handle);
            }
            return Math.max(0, got);
        } catch (IOException e) {
            problem = "connection to " + stream.grantName() + " lost: " + reason(e);
            drop(handle);
            return 0;
        }
    }

    private long closeOne(WasmInstance guest, long[] args) {
        drop((int) args[0]);
        return 0;
    }
}

/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.wasm.capabilities;

import io.bascule.api.security.Capability;
import io.bascule.wasm.abi.WasiFunction;
import io.bascule.wasm.engine.GuestMemory;
import io.bascule.wasm.engine.WasmException;
import io.bascule.wasm.engine.WasmException.Trap;
import io.bascule.wasm.engine.WasmException.TrapKind;
import io.bascule.wasm.engine.WasmInstance;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;

/**
 * The part of WASI preview 1 that libraries of guests need to link: output goes to the log, there are no files and no
 * variables, and the only argument is the program's name, which commands expect. Numbers are from the preview 1
 * specification (wasi_snapshot_preview1.witx).
 */
final class WasiPreview1 {

    private static final int SUCCESS = 0;
    private static final int BADF = 8;
    private static final int INVAL = 28;
    private static final int SPIPE = 70;

    private static final int STDOUT = 1;
    private static final int STDERR = 2;
    private static final int VECTORS_MAX = 64;
    private static final int VECTOR_BYTES = 8;
    private static final int WRITE_BYTES_MAX = 64 * 1024;
    private static final int RANDOM_BYTES_MAX = 64 * 1024;
    private static final int LINE_BYTES_MAX = 4096;
    private static final int CLOCK_REALTIME = 0;
    private static final int CLOCK_MONOTONIC = 1;
    private static final int FDSTAT_BYTES = 24;
    private static final int FILETYPE_CHARACTER_DEVICE = 2;
    private static final long RIGHT_FD_WRITE = 1L << 6;
    private static final int RIGHTS_OFFSET = 8;

    // A count of 0 breaks guests that take the name for granted. TeaVM then makes an array of -1 texts, which damages
    // its heap; that shows up much later, as a collection that does not end.
    private static final byte[] PROGRAM_NAME = "module\0".getBytes(StandardCharsets.US_ASCII);

    private final LogCapability log;
    private final ClockCapability clock;
    private final Permissions permissions;
    private final SecureRandom random = new SecureRandom();
    private final ByteArrayOutputStream[] lines = {
        new ByteArrayOutputStream(), new ByteArrayOutputStream(), new ByteArrayOutputStream()
    };

    WasiPreview1(LogCapability log, ClockCapability clock, Permissions permissions) {
        this.log = log;
        this.clock = clock;
        this.permissions = permissions;
    }

    void offer(Offers offers) {
        offers.add(WasiFunction.FD_WRITE, this::fdWrite)
                .add(WasiFunction.FD_CLOSE, (guest, args) -> isStream((int) args[0]) ? SUCCESS : BADF)
                .add(WasiFunction.FD_SEEK, (guest, args) -> isStream((int) args[0]) ? SPIPE : BADF)
                .add(WasiFunction.FD_FDSTAT_GET, this::fdStat)
                .add(WasiFunction.CLOCK_TIME_GET, this::clockTime)
                .add(WasiFunction.RANDOM_GET, this::randomGet)
                .add(WasiFunction.ARGS_SIZES_GET, (guest, args) -> sizes(guest, args, 1, PROGRAM_NAME.length))
                .add(WasiFunction.ARGS_GET, this::argsGet)
                .add(WasiFunction.ENVIRON_SIZES_GET, (guest, args) -> sizes(guest, args, 0, 0))
                .add(WasiFunction.ENVIRON_GET, (guest, args) -> SUCCESS)
                .add(WasiFunction.PROC_EXIT, (guest, args) -> {
                    throw new Trap(TrapKind.HOST, "it ended itself with proc_exit(" + (int) args[0] + ")", null);
                });
    }

    private static boolean isStream(int fd) {
        return fd >= 0 && fd <= STDERR;
    }

    private long fdWrite(WasmInstance guest, long[] args) throws WasmException {
        int fd = (int) args[0];
        int count = (int) args[2];
        if (fd != STDOUT && fd != STDERR) {
            return BADF;
        }
        if (!GuestData.isAtMost(count, VECTORS_MAX)) {
            return INVAL;
        }
        GuestMemory memory = guest.memory();
        int written = 0;
        for (int i = 0; i < count; i++) {
            int vector = (int) args[1] + i * VECTOR_BYTES;
            int length = memory.readI32(vector + Integer.BYTES);
            if (!GuestData.isAtMost(length, WRITE_BYTES_MAX - written)) {
                break;
            }
            append(fd, memory.read(memory.readI32(vector), length));
            written += length;
        }
        memory.writeI32((int) args[3], written);
        return SUCCESS;
    }

    private void append(int fd, byte[] bytes) {
        ByteArrayOutputStream line = lines[fd];
        for (byte b : bytes) {
            if (b == '\n' || line.size() >= LINE_BYTES_MAX) {
                log.line(LogCapability.INFO, line.toString(StandardCharsets.UTF_8));
                line.reset();
            }
            if (b != '\n') {
                line.write(b);
            }
        }
    }

    private long fdStat(WasmInstance guest, long[] args) throws WasmException {
        if (!isStream((int) args[0])) {
            return BADF;
        }
        int at = (int) args[1];
        guest.memory().write(at, new byte[FDSTAT_BYTES]);
        guest.memory().writeU8(at, FILETYPE_CHARACTER_DEVICE);
        guest.memory().writeI64(at + RIGHTS_OFFSET, RIGHT_FD_WRITE);
        return SUCCESS;
    }

    private long clockTime(WasmInstance guest, long[] args) throws WasmException {
        int id = (int) args[0];
        if (id != CLOCK_REALTIME && id != CLOCK_MONOTONIC) {
            return INVAL;
        }
        long now = permissions.allows(Capability.CLOCK) && id == CLOCK_MONOTONIC ? System.nanoTime() : clock.nowNanos();
        guest.memory().writeI64((int) args[2], now);
        return SUCCESS;
    }

    private long randomGet(WasmInstance guest, long[] args) throws WasmException {
        int length = (int) args[1];
        if (!GuestData.isAtMost(length, RANDOM_BYTES_MAX)) {
            return INVAL;
        }
        byte[] bytes = new byte[length];
        random.nextBytes(bytes);
        guest.memory().write((int) args[0], bytes);
        return SUCCESS;
    }

    private static long sizes(WasmInstance guest, long[] args, int count, int bytes) throws WasmException {
        guest.memory().writeI32((int) args[0], count);
        guest.memory().writeI32((int) args[1], bytes);
        return SUCCESS;
    }

    private long argsGet(WasmInstance guest, long[] args) throws WasmException {
        int at = (int) args[1];
        guest.memory().writeI32((int) args[0], at);
        guest.memory().write(at, PROGRAM_NAME);
        return SUCCESS;
    }
}

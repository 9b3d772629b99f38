/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.wasm.abi;

import io.bascule.api.module.ModuleDescriptor;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.zip.CRC32C;

/**
 * A module's state with what is needed to know whether it may be given to an instance. As bytes, little-endian:
 *
 * <pre>
 *  u32 0x534E5342 ("BSNS")  u8 format 1   u8 length, name in UTF-8   u8 length, version in UTF-8
 *  u32 state version        u32 length, state                        u32 CRC-32C of everything before
 * </pre>
 */
public final class SnapshotEnvelope {

    private static final int MAGIC = 0x534E5342;
    private static final int FORMAT = 1;
    private static final int VERSION_BYTES_MAX = 128;
    private static final int FIXED_BYTES = 4 + 1 + 1 + 1 + 4 + 4 + 4;

    /** Most bytes of an envelope. */
    public static final int BYTES_MAX =
            FIXED_BYTES + ModuleDescriptor.NAME_MAX + VERSION_BYTES_MAX + GuestContract.SNAPSHOT_BYTES_MAX;

    private final String module;
    private final String version;
    private final int stateVersion;
    private final byte[] state;

    /**
     * Wraps a state.
     *
     * @param module name of the module that gave it
     * @param version its version
     * @param stateVersion the version of its snapshot format, 0 and up
     * @param state the module's own bytes, copied; at most {@link GuestContract#SNAPSHOT_BYTES_MAX}
     */
    public SnapshotEnvelope(String module, String version, int stateVersion, byte[] state) {
        this.module = ModuleDescriptor.requireName(module);
        this.version = version;
        this.stateVersion = stateVersion;
        this.state = state.clone();
        if (state.length > GuestContract.SNAPSHOT_BYTES_MAX) {
            throw new IllegalArgumentException("the snapshot of module '" + module + "' has " + state.length
                    + " bytes; at most " + GuestContract.SNAPSHOT_BYTES_MAX + " are kept");
        }
        if (stateVersion < 0 || version.getBytes(StandardCharsets.UTF_8).length > VERSION_BYTES_MAX) {
            throw new IllegalArgumentException("the snapshot of module '" + module + "' has version '" + version
                    + "' and state version " + stateVersion + "; expected at most " + VERSION_BYTES_MAX
                    + " bytes and 0 and up");
        }
    }

    /** Returns the name of the module that gave the state. */
    public String module() {
        return module;
    }

    /** Returns the version of the module that gave the state. */
    public String version() {
        return version;
    }

    /** Returns the version of the snapshot format. */
    public int stateVersion() {
        return stateVersion;
    }

    /** Returns a copy of the module's own bytes. */
    public byte[] state() {
        return state.clone();
    }

    /** Returns the envelope as bytes. */
    public byte[] encode() {
        byte[] name = module.getBytes(StandardCharsets.UTF_8);
        byte[] number = version.getBytes(StandardCharsets.UTF_8);
        ByteBuffer out = ByteBuffer.allocate(FIXED_BYTES + name.length + number.length + state.length)
                .order(ByteOrder.LITTLE_ENDIAN);
        out.putInt(MAGIC).put((byte) FORMAT);
        out.put((byte) name.length).put(name);
        out.put((byte) number.length).put(number);
        out.putInt(stateVersion).putInt(state.length).put(state);
        out.putInt(checksum(out.array(), out.position()));
        return out.array();
    }

    /**
     * Reads an envelope.
     *
     * @throws IllegalArgumentException when the bytes are not an envelope or were damaged; says in what way
     */
    public static SnapshotEnvelope decode(byte[] bytes) {
        if (bytes.length < FIXED_BYTES || bytes.length > BYTES_MAX) {
            throw new IllegalArgumentException(
                    "a snapshot of " + bytes.length + " bytes; expected " + FIXED_BYTES + " to " + BYTES_MAX);
        }
        ByteBuffer in = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
        int body = bytes.length - Integer.BYTES;
        if (in.getInt() != MAGIC || in.get() != FORMAT) {
            throw new IllegalArgumentException("these bytes are not a snapshot of format " + FORMAT);
        }
        if (in.getInt(body) != checksum(bytes, body)) {
            throw new IllegalArgumentException("the snapshot is damaged: its checksum does not fit; it cannot be used");
        }
        try {
            String name = text(in);
            String number = text(in);
            int stateVersion = in.getInt();
            int length = in.getInt();
            if (length != body - in.position()) {
                throw new IllegalArgumentException("the snapshot of module '" + name + "' says " + length
                        + " bytes of state and holds " + (body - in.position()));
            }
            return new SnapshotEnvelope(
                    name, number, stateVersion, Arrays.copyOfRange(bytes, in.position(), in.position() + length));
        } catch (BufferUnderflowException e) {
            throw new IllegalArgumentException("the snapshot ends too early", e);
        }
    }

    private static String text(ByteBuffer in) {
        byte[] bytes = new byte[Byte.toUnsignedInt(in.get())];
        in.get(bytes);
        return new String(bytes, StandardCharsets.UTF_8);
    }

    private static int checksum(byte[] bytes, int length) {
        CRC32C crc = new CRC32C();
        crc.update(bytes, 0, length);
        return (int) crc.getValue();
    }

    @Override
    public String toString() {
        return "snapshot of " + module + " " + version + ", state version " + stateVersion + ", " + state.length
                + " bytes";
    }
}

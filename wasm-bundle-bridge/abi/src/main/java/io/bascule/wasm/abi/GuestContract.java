/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.wasm.abi;

/** Names, version and sizes of the guest contract. */
public final class GuestContract {

    /** The WIT package. */
    public static final String PACKAGE = "bascule:gateway";
    /** Major version of the package: modules of another one are refused. */
    public static final int MAJOR = 1;
    /** Minor version of the package: modules that ask for a higher one are refused. */
    public static final int MINOR = 0;
    /** The package's version as import names carry it. */
    public static final String VERSION = MAJOR + "." + MINOR + ".0";
    /** The number that metadata carries as {@code abi}. */
    public static final int ABI = 1;

    /** Import module of WASI preview 1. */
    public static final String WASI_MODULE = "wasi_snapshot_preview1";

    /** Custom section that holds a module's metadata. */
    public static final String METADATA_SECTION = "bascule";
    /** Most bytes of metadata. */
    public static final int METADATA_BYTES_MAX = 64 * 1024;
    /** Most bytes of a snapshot. */
    public static final int SNAPSHOT_BYTES_MAX = 64 * 1024;
    /** Most bytes of a configuration handed to a guest. */
    public static final int CONFIG_BYTES_MAX = 64 * 1024;

    /** Longest log line, bytes of UTF-8; what is longer is cut. */
    public static final int LOG_BYTES_MAX = 4096;
    /** Longest alert text, bytes of UTF-8. */
    public static final int ALERT_TEXT_BYTES_MAX = 1024;
    /** Longest channel name, bytes of UTF-8. */
    public static final int CHANNEL_NAME_BYTES_MAX = 255;
    /** Longest key of a state value, bytes of UTF-8. */
    public static final int STATE_KEY_BYTES_MAX = 64;
    /** Number of timers of an instance; ids are 0 to this minus 1. */
    public static final int TIMERS = 16;
    /** A call may emit so many times the readings that it may be given. */
    public static final int EMIT_FACTOR = 4;
    /** Longest address of a channel handed to a driver, bytes of UTF-8. */
    public static final int ADDRESS_BYTES_MAX = 1024;
    /** Mask of the kind in what {@code address} returns. */
    public static final int ADDRESS_KIND = 0x0F;
    /** What {@code address} adds where a channel can be read. */
    public static final int ADDRESS_READ = 16;
    /** What {@code address} adds where a channel can be written. */
    public static final int ADDRESS_WRITE = 32;
    /** Most requests of one poll. */
    public static final int POLL_REQUESTS_MAX = 10_000;
    /** Readings in one call when metadata does not say. */
    public static final int BATCH_MAX_DEFAULT = 256;

    private GuestContract() {}

    /** Returns the import module of the host interface {@code word}, for example {@code bascule:gateway/log@1.0.0}. */
    public static String importModule(String word) {
        return PACKAGE + "/" + word + "@" + VERSION;
    }
}

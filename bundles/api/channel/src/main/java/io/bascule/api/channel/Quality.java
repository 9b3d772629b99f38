/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.api.channel;

import java.util.Map;

/**
 * How far a value can be trusted, in the words of OPC UA: the upper 16 bits of an OPC UA StatusCode (OPC 10000-6 annex A,
 * OPC 10000-8 for data access). The two highest bits are the severity: good, uncertain or bad.
 *
 * @param code 0 to 0xFFFF; severity bits 11 are not allowed
 */
public record Quality(int code) {

    /** The severity of a quality. */
    public enum Level {
        /** The value can be used. */
        GOOD,
        /** The value may be used with care: the reason says why. */
        UNCERTAIN,
        /** There is no usable value; the one given is the last known or a default. */
        BAD
    }

    /** Everything is well. */
    public static final Quality GOOD = new Quality(0);
    /** The value may not be what it should, without a more precise word. */
    public static final Quality UNCERTAIN = new Quality(0x4000);
    /** Communication failed; this is the last usable value. */
    public static final Quality UNCERTAIN_LAST_USABLE_VALUE = new Quality(0x4090);
    /** The sensor is not accurate at this value. */
    public static final Quality UNCERTAIN_SENSOR_NOT_ACCURATE = new Quality(0x4093);
    /** The value is outside the range of its engineering unit. */
    public static final Quality UNCERTAIN_ENGINEERING_UNITS_EXCEEDED = new Quality(0x4094);
    /** Something is bad without a more precise word. */
    public static final Quality BAD = new Quality(0x8000);
    /** Something that is needed is in use or not there now. */
    public static final Quality BAD_RESOURCE_UNAVAILABLE = new Quality(0x8004);
    /** Nothing was received within the time allowed. */
    public static final Quality BAD_TIMEOUT = new Quality(0x800A);
    /** The subject may not do this. */
    public static final Quality BAD_USER_ACCESS_DENIED = new Quality(0x801F);
    /** Communication with the device is defined but not established and there is no last value. */
    public static final Quality BAD_NO_COMMUNICATION = new Quality(0x8031);
    /** No value has arrived yet. */
    public static final Quality BAD_WAITING_FOR_INITIAL_DATA = new Quality(0x8032);
    /** No such channel. */
    public static final Quality BAD_NODE_ID_UNKNOWN = new Quality(0x8034);
    /** The channel cannot be written. */
    public static final Quality BAD_NOT_WRITABLE = new Quality(0x803B);
    /** The device cannot do what was asked. */
    public static final Quality BAD_NOT_SUPPORTED = new Quality(0x803D);
    /** The value is outside its range. */
    public static final Quality BAD_OUT_OF_RANGE = new Quality(0x803C);
    /** The value's type is not the channel's. */
    public static final Quality BAD_TYPE_MISMATCH = new Quality(0x8074);
    /** The configuration of the channel or device is wrong. */
    public static final Quality BAD_CONFIGURATION_ERROR = new Quality(0x8089);
    /** The device is not connected. */
    public static final Quality BAD_NOT_CONNECTED = new Quality(0x808A);
    /** The device says that it has failed. */
    public static final Quality BAD_DEVICE_FAILURE = new Quality(0x808B);
    /** The device says that its sensor has failed. */
    public static final Quality BAD_SENSOR_FAILURE = new Quality(0x808C);
    /** The source has been taken out of service. */
    public static final Quality BAD_OUT_OF_SERVICE = new Quality(0x808D);

    private static final Map<Integer, String> WORDS = Map.ofEntries(
            Map.entry(0, "good"),
            Map.entry(0x4000, "uncertain"),
            Map.entry(0x4090, "uncertain:last-usable-value"),
            Map.entry(0x4093, "uncertain:sensor-not-accurate"),
            Map.entry(0x4094, "uncertain:engineering-units-exceeded"),
            Map.entry(0x8000, "bad"),
            Map.entry(0x8004, "bad:resource-unavailable"),
            Map.entry(0x800A, "bad:timeout"),
            Map.entry(0x801F, "bad:user-access-denied"),
            Map.entry(0x8031, "bad:no-communication"),
            Map.entry(0x8032, "bad:waiting-for-initial-data"),
            Map.entry(0x8034, "bad:node-id-unknown"),
            Map.entry(0x803B, "bad:not-writable"),
            Map.entry(0x803C, "bad:out-of-range"),
            Map.entry(0x803D, "bad:not-supported"),
            Map.entry(0x8074, "bad:type-mismatch"),
            Map.entry(0x8089, "bad:configuration-error"),
            Map.entry(0x808A, "bad:not-connected"),
            Map.entry(0x808B, "bad:device-failure"),
            Map.entry(0x808C, "bad:sensor-failure"),
            Map.entry(0x808D, "bad:out-of-service"));

    private static final int SEVERITY_MASK = 0xC000;

    /** Checks the range. */
    public Quality {
        if (code < 0 || code > 0xFFFF || (code & SEVERITY_MASK) == SEVERITY_MASK) {
            throw new IllegalArgumentException(
                    "quality code 0x" + Integer.toHexString(code) + " is not the upper half of an OPC UA status code");
        }
    }

    /**
     * Returns the quality that a record carries. A guest that sets only the severity byte gets the plain word for it; the
     * severity byte wins when the two disagree.
     *
     * @param severity the record's quality byte: 0 to 63 good, 64 to 127 uncertain, 128 and up bad
     * @param reason the record's aux field, 0 to 0xFFFF
     */
    public static Quality ofRecord(int severity, int reason) {
        int bits = severity >= 128 ? 0x8000 : severity >= 64 ? 0x4000 : 0;
        if (reason == 0 && bits == 0) {
            return GOOD;
        }
        return new Quality((reason & SEVERITY_MASK) == bits ? reason : bits);
    }

    /** Returns the severity. */
    public Level level() {
        return (code & 0x8000) != 0 ? Level.BAD : (code & 0x4000) != 0 ? Level.UNCERTAIN : Level.GOOD;
    }

    /** Returns the severity byte of the record layout: 0, 64 or 128. */
    public int severity() {
        return (code & SEVERITY_MASK) >>> 8;
    }

    /** Returns the word people read, for example {@code bad:not-connected}; a code without a word as {@code bad:0x80ab}. */
    public String word() {
        String word = WORDS.get(code);
        if (word != null) {
            return word;
        }
        return level().name().toLowerCase(java.util.Locale.ROOT) + ":0x" + Integer.toHexString(code);
    }

    @Override
    public String toString() {
        return word();
    }
}

/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.core.store;

import org.osgi.service.metatype.annotations.AttributeDefinition;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;

/** What an operator can set, PID {@value #PID}. */
@ObjectClassDefinition(
        id = StoreConfig.PID,
        name = "Bascule store",
        description = "History of readings and messages that wait for a broker, kept in SQLite.")
public @interface StoreConfig {

    /** The PID. */
    String PID = "io.bascule.store";

    @AttributeDefinition(
            name = "Folder",
            description =
                    "Where the database files are kept; a path, relative to the gateway's folder. Keep it on local"
                            + " storage that survives, not on a network share.")
    String folder() default "store";

    @AttributeDefinition(
            name = "Group time",
            description = "How long what is to be written waits for more, so that one write to the disk serves all,"
                    + " in milliseconds; 0 takes together only what waits already.",
            min = "0",
            max = "1000")
    int groupMillis() default 2;

    @AttributeDefinition(
            name = "Waiting bytes",
            description = "Most bytes of memory that wait to be written, in each of the two files; beyond them senders"
                    + " wait.",
            min = "1048576",
            max = "1073741824")
    int waitingBytesMax() default 32 * 1024 * 1024;

    @AttributeDefinition(
            name = "Bytes of history",
            description = "Most bytes of stored readings; beyond them those appended first are removed.",
            min = "4194304",
            max = "1099511627776")
    long historyBytesMax() default 1024L * 1024 * 1024;

    @AttributeDefinition(
            name = "Age of history",
            description = "Readings with a source time older than this are removed, in days; 0 for never.",
            min = "0",
            max = "36500")
    int historyAgeDays() default 30;

    @AttributeDefinition(
            name = "History survives power loss",
            description =
                    "Whether a reading is acknowledged only when it also survives a loss of power. If not, the last"
                            + " seconds may be missing after one; the end of the process loses nothing either way.")
    boolean historyPowerSafe() default false;

    @AttributeDefinition(
            name = "Bytes of an outbox",
            description = "Most bytes of messages in each outbox; beyond them the oldest are dropped.",
            min = "1048576",
            max = "1099511627776")
    long outboxBytesMax() default 256L * 1024 * 1024;
}

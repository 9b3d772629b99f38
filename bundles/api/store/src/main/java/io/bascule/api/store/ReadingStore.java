/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.api.store;

import io.bascule.api.channel.Batch;
import java.io.IOException;
import java.io.OutputStream;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.osgi.annotation.versioning.ProviderType;

/**
 * The history of channels. Readings are kept by the name of their channel, in any order of time, also two of one time.
 * They go away again by age (source time against the gateway's clock) and when the store gets larger than it may, those
 * appended first going first; both are configuration, and counted. Safe for use by any thread; no method is to be called
 * on a framework thread, because all may wait for the disk.
 */
@ProviderType
public interface ReadingStore {

    /** First line of what {@link #exportCsv} writes. */
    String CSV_HEADER = "time,channel,kind,value,quality";

    /**
     * Appends readings, all or none. Waits while too much is being written, at most some seconds, and never for the disk
     * itself: that is what the answer is for.
     *
     * @param batch what to append; readings of handles that the channel registry does not know are left out and counted
     * @return completes with the number of readings stored, when they survive the end of this process, whatever ends it
     *     (whether also a loss of power, right away or some seconds later, is the store's configuration); fails with a
     *     {@link StoreException}, and then nothing of the batch is stored. Cancelling it changes nothing. What is hung on
     *     it runs on the store's only writing thread and must not wait
     */
    CompletableFuture<Integer> append(Batch batch);

    /**
     * Returns readings of one channel.
     *
     * @return a page; empty when there is nothing, also when the channel was never heard of
     * @throws StoreException when the store cannot be read
     */
    ReadingPage query(ReadingQuery query) throws StoreException;

    /**
     * Returns readings of one channel, summed up.
     *
     * @return the buckets in which there is at least one reading, in order of time; unmodifiable
     * @throws StoreException when the store cannot be read
     */
    List<Bucket> summarize(BucketQuery query) throws StoreException;

    /** Returns the names of all channels that there are readings of or were, ordered; an unmodifiable snapshot. */
    List<String> channels() throws StoreException;

    /**
     * Writes readings as CSV (RFC 4180, UTF-8, lines end with CR LF): the line {@link #CSV_HEADER}, then a line for each
     * reading in order of the channels given, then of time. Times are ISO 8601 in UTC with nanoseconds, kinds and
     * qualities are their words, values as people read them, bytes in hexadecimal. What is appended meanwhile may be in
     * it or not.
     *
     * @param channels names; those without readings add nothing
     * @param fromNanos first source time, nanoseconds since 1970-01-01T00:00:00Z
     * @param untilNanos source time before which they lie, itself not included
     * @param out where to; flushed, not closed
     * @return how many readings were written
     * @throws StoreException when the store cannot be read; what was written before stays written
     * @throws IOException when {@code out} says so
     */
    default long exportCsv(List<String> channels, long fromNanos, long untilNanos, OutputStream out)
            throws StoreException, IOException {
        return new CsvExport(out).write(this, channels, fromNanos, untilNanos);
    }

    /** Returns how the store is doing. Does not wait. */
    Figures figures();

    /**
     * How a store is doing. Counters begin with the start of the gateway.
     *
     * @param stored readings appended
     * @param refused readings that were not, because of a full disk or another failure
     * @param unknown readings left out because nobody knows their channel
     * @param expired readings that went away again, by age or for space
     * @param bytes what is in use on disk, without the log of the database
     * @param bytesMax what may be
     * @param problem why the store does not work now, empty while it does
     */
    record Figures(long stored, long refused, long unknown, long expired, long bytes, long bytesMax, String problem) {}
}

/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.connectors.postgresql;

import io.bascule.api.channel.Batch;
import io.bascule.api.channel.Quality;
import io.bascule.api.channel.Value;
import io.bascule.api.channel.ValueKind;
import io.bascule.api.store.Bucket;
import io.bascule.api.store.BucketQuery;
import io.bascule.api.store.ReadingPage;
import io.bascule.api.store.ReadingQuery;
import io.bascule.api.store.StoredReading;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Types;
import java.util.ArrayList;
import java.util.List;

/**
 * Readings as rows: numbers in a column of their type, a bool as 0 or 1, texts as the bytes of their UTF-8, because a text of
 * PostgreSQL cannot hold every character.
 */
final class HistoryRows {

    /** What a row takes beside texts and bytes, roughly: itself and its part of two indexes. */
    static final int ROW_BYTES = 96;

    static final String INSERT =
            "INSERT INTO reading (channel, time, kind, quality, number, whole, raw) VALUES (?, ?, ?, ?, ?, ?, ?)";

    private static final String PAGE = "SELECT id, time, kind, quality, number, whole, raw FROM reading"
            + " WHERE channel = ? AND time < ? AND (time, id) > (?, ?) ORDER BY time, id LIMIT ?";

    // Sums are of double precision: the sum of whole numbers may be larger than one.
    private static final String BUCKETS = "SELECT div(time::numeric - ?, ?) AS bucket,"
            + " count(*) FILTER (WHERE usable), count(*), min(value) FILTER (WHERE usable),"
            + " max(value) FILTER (WHERE usable), avg(value) FILTER (WHERE usable) FROM ("
            + "SELECT time, coalesce(number, whole::double precision) AS value,"
            + " kind <= 3 AND quality < ? AND coalesce(number, 0) <> 'NaN' AS usable"
            + " FROM reading WHERE channel = ? AND time >= ? AND time < ?) AS found GROUP BY bucket ORDER BY bucket";

    private HistoryRows() {}

    /** Binds a reading; returns the length of its text or bytes. */
    static int bind(PreparedStatement statement, long channel, Batch batch, int i) throws SQLException {
        ValueKind kind = batch.kind(i);
        statement.setLong(1, channel);
        statement.setLong(2, batch.timeNanos(i));
        statement.setInt(3, kind.code());
        statement.setInt(4, batch.quality(i).code());
        if (kind == ValueKind.F64) {
            statement.setDouble(5, batch.asDouble(i));
        } else {
            statement.setNull(5, Types.DOUBLE);
        }
        if (kind == ValueKind.I64) {
            statement.setLong(6, batch.valueBits(i));
        } else if (kind == ValueKind.BOOL) {
            statement.setLong(6, batch.asDouble(i) != 0 ? 1 : 0);
        } else {
            statement.setNull(6, Types.BIGINT);
        }
        if (kind.isFixed()) {
            statement.setNull(7, Types.BINARY);
            return 0;
        }
        byte[] bytes = batch.value(i) instanceof Value.Bytes some
                ? some.value()
                : batch.value(i).asText().getBytes(StandardCharsets.UTF_8);
        statement.setBytes(7, bytes);
        return bytes.length;
    }

    private static Value value(ValueKind kind, ResultSet row) throws SQLException {
        return switch (kind) {
            case F64 -> new Value.F64(row.getDouble(5));
            case I64 -> new Value.I64(row.getLong(6));
            case BOOL -> new Value.Bool(row.getLong(6) != 0);
            case TEXT -> new Value.Text(new String(raw(row), StandardCharsets.UTF_8));
            case BYTES -> new Value.Bytes(raw(row));
        };
    }

    private static byte[] raw(ResultSet row) throws SQLException {
        byte[] bytes = row.getBytes(7);
        return bytes == null ? new byte[0] : bytes;
    }

    static ReadingPage page(Connection connection, long channel, ReadingQuery query) throws SQLException {
        ReadingPage.Cursor after = query.after();
        boolean isLater = after != null && after.timeNanos() >= query.fromNanos();
        long time = isLater && after != null ? after.timeNanos() : query.fromNanos();
        long number = isLater && after != null ? after.number() : 0;
        List<StoredReading> readings = new ArrayList<>();
        ReadingPage.Cursor last = null;
        try (PreparedStatement find = connection.prepareStatement(PAGE)) {
            find.setLong(1, channel);
            find.setLong(2, query.untilNanos());
            find.setLong(3, time);
            find.setLong(4, number);
            // One more tells whether there is more.
            find.setInt(5, query.limit() + 1);
            try (ResultSet rows = find.executeQuery()) {
                while (rows.next()) {
                    if (readings.size() == query.limit()) {
                        return new ReadingPage(readings, last);
                    }
                    readings.add(new StoredReading(
                            rows.getLong(2),
                            value(ValueKind.ofCode(rows.getInt(3)), rows),
                            new Quality(rows.getInt(4))));
                    last = new ReadingPage.Cursor(rows.getLong(2), rows.getLong(1));
                }
            }
        }
        return new ReadingPage(readings, null);
    }

    static List<Bucket> buckets(Connection connection, long channel, BucketQuery query) throws SQLException {
        int qualityBelow = query.worst() == Quality.Level.GOOD ? Quality.UNCERTAIN.code() : Quality.BAD.code();
        List<Bucket> buckets = new ArrayList<>();
        try (PreparedStatement find = connection.prepareStatement(BUCKETS)) {
            find.setLong(1, query.fromNanos());
            find.setLong(2, query.widthNanos());
            find.setInt(3, qualityBelow);
            find.setLong(4, channel);
            find.setLong(5, query.fromNanos());
            find.setLong(6, query.untilNanos());
            try (ResultSet rows = find.executeQuery()) {
                while (rows.next()) {
                    long count = rows.getLong(2);
                    buckets.add(new Bucket(
                            query.fromNanos() + rows.getLong(1) * query.widthNanos(),
                            count,
                            rows.getLong(3) - count,
                            count == 0 ? Double.NaN : rows.getDouble(4),
                            count == 0 ? Double.NaN : rows.getDouble(5),
                            count == 0 ? Double.NaN : rows.getDouble(6)));
                }
            }
        }
        return List.copyOf(buckets);
    }
}

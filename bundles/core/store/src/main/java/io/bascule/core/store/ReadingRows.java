/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.core.store;

import io.bascule.api.channel.Batch;
import io.bascule.api.channel.Quality;
import io.bascule.api.channel.Value;
import io.bascule.api.channel.ValueKind;
import io.bascule.api.store.Bucket;
import io.bascule.api.store.BucketQuery;
import io.bascule.api.store.ReadingPage;
import io.bascule.api.store.ReadingQuery;
import io.bascule.api.store.StoredReading;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;

/** Readings as rows of the table: a bool is 0 or 1, and SQLite makes NULL of NaN. */
final class ReadingRows {

    private static final String PAGE = "SELECT id, time, kind, quality, value FROM reading"
            + " WHERE channel = ? AND time < ? AND (time > ? OR (time = ? AND id > ?)) AND time >= ?"
            + " ORDER BY time, id LIMIT ?";

    // A sum of whole numbers is made as a double, because SQLite fails where a 64-bit sum overflows.
    private static final String BUCKETS = "SELECT (time - ?1) / ?2 AS bucket,"
            + " count(*) FILTER (WHERE kind <= 3 AND value IS NOT NULL AND quality < ?3),"
            + " count(*),"
            + " min(value) FILTER (WHERE kind <= 3 AND quality < ?3),"
            + " max(value) FILTER (WHERE kind <= 3 AND quality < ?3),"
            + " avg(CAST(value AS REAL)) FILTER (WHERE kind <= 3 AND value IS NOT NULL AND quality < ?3)"
            + " FROM reading WHERE channel = ?4 AND time >= ?1 AND time < ?5 GROUP BY bucket ORDER BY bucket";

    private ReadingRows() {}

    static void bind(PreparedStatement statement, int column, Batch batch, int i) throws SQLException {
        ValueKind kind = batch.kind(i);
        switch (kind) {
            case F64 -> statement.setDouble(column, batch.asDouble(i));
            case I64 -> statement.setLong(column, batch.valueBits(i));
            case BOOL -> statement.setInt(column, batch.asDouble(i) != 0 ? 1 : 0);
            case TEXT -> statement.setString(column, batch.value(i).asText());
            case BYTES -> statement.setBytes(column, ((Value.Bytes) batch.value(i)).value());
        }
    }

    private static Value value(ValueKind kind, ResultSet row, int column) throws SQLException {
        return switch (kind) {
            case F64 -> {
                double number = row.getDouble(column);
                yield new Value.F64(row.wasNull() ? Double.NaN : number);
            }
            case I64 -> new Value.I64(row.getLong(column));
            case BOOL -> new Value.Bool(row.getInt(column) != 0);
            case TEXT -> new Value.Text(String.valueOf(row.getString(column)));
            case BYTES -> {
                byte[] bytes = row.getBytes(column);
                yield new Value.Bytes(bytes == null ? new byte[0] : bytes);
            }
        };
    }

    static ReadingPage page(Connection connection, long channel, ReadingQuery query) throws SQLException {
        ReadingPage.Cursor after = query.after();
        long time = after == null ? query.fromNanos() : Math.max(after.timeNanos(), query.fromNanos());
        long number = after == null || after.timeNanos() < query.fromNanos() ? 0 : after.number();
        List<StoredReading> readings = new ArrayList<>();
        ReadingPage.Cursor last = null;
        try (PreparedStatement find = connection.prepareStatement(PAGE)) {
            find.setLong(1, channel);
            find.setLong(2, query.untilNanos());
            find.setLong(3, time);
            find.setLong(4, time);
            find.setLong(5, number);
            find.setLong(6, time);
            // One more tells whether there is more.
            find.setInt(7, query.limit() + 1);
            try (ResultSet rows = find.executeQuery()) {
                while (rows.next()) {
                    if (readings.size() == query.limit()) {
                        return new ReadingPage(readings, last);
                    }
                    readings.add(new StoredReading(
                            rows.getLong(2),
                            value(ValueKind.ofCode(rows.getInt(3)), rows, 5),
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
            find.setLong(5, query.untilNanos());
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

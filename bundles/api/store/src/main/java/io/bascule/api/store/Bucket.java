/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.api.store;

/**
 * The readings of one channel in a stretch of time, summed up. Bool values count as 0 and 1.
 *
 * @param startNanos where it begins, nanoseconds since 1970-01-01T00:00:00Z
 * @param count how many readings are summed up, 0 and up
 * @param excluded how many are not, because their quality is too bad or their value is no number (text, bytes, NaN)
 * @param min the smallest value, NaN when {@code count} is 0
 * @param max the largest value, NaN when {@code count} is 0
 * @param average the arithmetic mean, not weighted by time, NaN when {@code count} is 0
 */
public record Bucket(long startNanos, long count, long excluded, double min, double max, double average) {}

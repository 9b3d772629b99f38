/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.karaf.benchmarks;

import io.bascule.api.channel.RecordLayout;

/**
 * The kernels of wasm-bundle-bridge/samples/kernels in Java, operation by operation, on the same record layout: the
 * baseline. Results are equal to the last bit, which KernelTwinTest checks.
 */
final class JavaKernels {

    private static final int TAPS = 16;
    private static final double TAP_SUM = 136;
    private static final double EMA_WEIGHT = 0.125;
    private static final double ANOMALY_WEIGHT = 0.05;
    private static final double ANOMALY_SIGMAS_SQUARED = 16;
    private static final int BAD = 128;
    private static final byte UNCERTAIN = 64;

    private JavaKernels() {}

    private static double value(byte[] records, int i) {
        return Double.longBitsToDouble(
                RecordLayout.getI64(records, i * RecordLayout.RECORD_BYTES + RecordLayout.VALUE));
    }

    private static void setValue(byte[] records, int i, double value) {
        RecordLayout.putI64(
                records, i * RecordLayout.RECORD_BYTES + RecordLayout.VALUE, Double.doubleToRawLongBits(value));
    }

    static double sum(byte[] records, int count) {
        double total = 0;
        for (int i = 0; i < count; i++) {
            if (Byte.toUnsignedInt(records[i * RecordLayout.RECORD_BYTES + RecordLayout.QUALITY]) < BAD) {
                total += value(records, i);
            }
        }
        return total;
    }

    static double fir(byte[] records, int count) {
        double total = 0;
        for (int i = count - 1; i >= 0; i--) {
            double y = 0;
            int taps = Math.min(i + 1, TAPS);
            for (int k = 0; k < taps; k++) {
                y += (k + 1) / TAP_SUM * value(records, i - k);
            }
            setValue(records, i, y);
            total += y;
        }
        return total;
    }

    static double ema(byte[] records, int count) {
        double y = count == 0 ? 0 : value(records, 0);
        for (int i = 0; i < count; i++) {
            y += EMA_WEIGHT * (value(records, i) - y);
            setValue(records, i, y);
        }
        return y;
    }

    static long anomaly(byte[] records, int count) {
        double mean = count == 0 ? 0 : value(records, 0);
        double variance = 1;
        long anomalies = 0;
        for (int i = 0; i < count; i++) {
            double d = value(records, i) - mean;
            if (d * d > ANOMALY_SIGMAS_SQUARED * variance) {
                anomalies++;
                records[i * RecordLayout.RECORD_BYTES + RecordLayout.QUALITY] = UNCERTAIN;
            }
            mean += ANOMALY_WEIGHT * d;
            variance = (1 - ANOMALY_WEIGHT) * (variance + ANOMALY_WEIGHT * d * d);
        }
        return anomalies;
    }

    static double json(byte[] text, int length) {
        int depth = 0;
        int deepest = 0;
        int strings = 0;
        double total = 0;
        int i = 0;
        while (i < length) {
            byte c = text[i];
            if (c == '{' || c == '[') {
                depth++;
                deepest = Math.max(deepest, depth);
            } else if (c == '}' || c == ']') {
                depth--;
            } else if (c == '"') {
                strings++;
                i++;
                while (i < length && text[i] != '"') {
                    i += text[i] == '\\' ? 2 : 1;
                }
            } else if (c == '-' || (c >= '0' && c <= '9')) {
                boolean isNegative = c == '-';
                if (isNegative) {
                    i++;
                }
                long mantissa = 0;
                double power = 1;
                boolean isFraction = false;
                for (; i < length; i++) {
                    byte d = text[i];
                    if (d >= '0' && d <= '9') {
                        mantissa = mantissa * 10 + (d - '0');
                        if (isFraction) {
                            power *= 10;
                        }
                    } else if (d == '.') {
                        isFraction = true;
                    } else {
                        break;
                    }
                }
                double number = mantissa / power;
                total += isNegative ? -number : number;
                continue;
            }
            i++;
        }
        return depth != 0 ? -1 : total + 1000.0 * strings + 1e6 * deepest;
    }

    private static final int[] K = {
        0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5, 0xd807aa98,
        0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174, 0xe49b69c1, 0xefbe4786,
        0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da, 0x983e5152, 0xa831c66d, 0xb00327c8,
        0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967, 0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13,
        0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85, 0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819,
        0xd6990624, 0xf40e3585, 0x106aa070, 0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a,
        0x5b9cca4f, 0x682e6ff3, 0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7,
        0xc67178f2,
    };

    /**
     * FIPS 180-4 section 6.2. Written out, because the JDK's own digest is a hand-written intrinsic: it would compare
     * machine code with compiled code, not WebAssembly with Java.
     */
    static long sha256(byte[] data, int length) {
        int[] h = {
            0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19,
        };
        int full = length / 64 * 64;
        for (int at = 0; at < full; at += 64) {
            compress(h, data, at);
        }
        byte[] last = new byte[128];
        int rest = length - full;
        System.arraycopy(data, full, last, 0, rest);
        last[rest] = (byte) 0x80;
        int end = rest < 56 ? 64 : 128;
        long bits = length * 8L;
        for (int i = 0; i < 8; i++) {
            last[end - 1 - i] = (byte) (bits >>> (8 * i));
        }
        for (int at = 0; at < end; at += 64) {
            compress(h, last, at);
        }
        return (Integer.toUnsignedLong(h[0]) << 32) | Integer.toUnsignedLong(h[1]);
    }

    private static void compress(int[] h, byte[] block, int at) {
        int[] w = new int[64];
        for (int t = 0; t < 16; t++) {
            int b = at + t * 4;
            w[t] = ((block[b] & 0xff) << 24)
                    | ((block[b + 1] & 0xff) << 16)
                    | ((block[b + 2] & 0xff) << 8)
                    | (block[b + 3] & 0xff);
        }
        for (int t = 16; t < 64; t++) {
            int s0 = Integer.rotateRight(w[t - 15], 7) ^ Integer.rotateRight(w[t - 15], 18) ^ (w[t - 15] >>> 3);
            int s1 = Integer.rotateRight(w[t - 2], 17) ^ Integer.rotateRight(w[t - 2], 19) ^ (w[t - 2] >>> 10);
            w[t] = w[t - 16] + s0 + w[t - 7] + s1;
        }
        int a = h[0];
        int b = h[1];
        int c = h[2];
        int d = h[3];
        int e = h[4];
        int f = h[5];
        int g = h[6];
        int i = h[7];
        for (int t = 0; t < 64; t++) {
            int s1 = Integer.rotateRight(e, 6) ^ Integer.rotateRight(e, 11) ^ Integer.rotateRight(e, 25);
            int t1 = i + s1 + ((e & f) ^ (~e & g)) + K[t] + w[t];
            int s0 = Integer.rotateRight(a, 2) ^ Integer.rotateRight(a, 13) ^ Integer.rotateRight(a, 22);
            int t2 = s0 + ((a & b) ^ (a & c) ^ (b & c));
            i = g;
            g = f;
            f = e;
            e = d + t1;
            d = c;
            c = b;
            b = a;
            a = t1 + t2;
        }
        h[0] += a;
        h[1] += b;
        h[2] += c;
        h[3] += d;
        h[4] += e;
        h[5] += f;
        h[6] += g;
        h[7] += i;
    }
}

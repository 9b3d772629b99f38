/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.guest;

/**
 * A decimal number such as {@code -12.5e3}; exact up to 15 digits. {@link Double#parseDouble} would add 100 KB of tables to a
 * module.
 */
final class Decimal {
    private static final long MANTISSA_MAX = 100_000_000_000_000_000L;
    private static final int EXACT_POWER_MAX = 22;
    private static final int EXPONENT_MAX = 700;

    private final String text;
    private int at;
    private long mantissa;
    private int exponent;

    Decimal(String text) {
        this.text = text;
    }

    double value() {
        boolean negative = accept('-');
        boolean fraction = false;
        int digits = 0;
        for (; at < text.length(); at++) {
            char c = text.charAt(at);
            if (c == '.' && !fraction && digits > 0) {
                fraction = true;
            } else if (c >= '0' && c <= '9') {
                digits++;
                digit(c - '0', fraction);
            } else {
                break;
            }
        }
        if (digits == 0) {
            throw refusal();
        }
        if (at < text.length()) {
            exponent();
        }
        double value = scaled();
        return negative ? -value : value;
    }

    private void digit(int digit, boolean fraction) {
        if (mantissa < MANTISSA_MAX) {
            mantissa = mantissa * 10 + digit;
            exponent -= fraction ? 1 : 0;
        } else {
            exponent += fraction ? 0 : 1;
        }
    }

    private void exponent() {
        if (!accept('e') && !accept('E')) {
            throw refusal();
        }
        boolean down = accept('-');
        if (!down) {
            accept('+');
        }
        if (at == text.length()) {
            throw refusal();
        }
        int e = 0;
        for (; at < text.length(); at++) {
            char c = text.charAt(at);
            if (c < '0' || c > '9') {
                throw refusal();
            }
            e = Math.min(9999, e * 10 + c - '0');
        }
        exponent += down ? -e : e;
    }

    private double scaled() {
        double value = mantissa;
        double power = 1;
        int n = Math.min(EXPONENT_MAX, Math.abs(exponent));
        for (int i = 1; i <= n; i++) {
            power *= 10; // exact up to 1e22, so the usual case rounds once
            if (i % EXACT_POWER_MAX == 0 || i == n) {
                value = exponent < 0 ? value / power : value * power;
                power = 1;
            }
        }
        return value;
    }

    private boolean accept(char c) {
        boolean found = at < text.length() && text.charAt(at) == c;
        if (found) {
            at++;
        }
        return found;
    }

    private IllegalArgumentException refusal() {
        return new IllegalArgumentException("configuration has '" + text + "' where a plain value is expected");
    }
}

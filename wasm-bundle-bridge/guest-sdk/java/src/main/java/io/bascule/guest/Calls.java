/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.guest;

import java.nio.charset.StandardCharsets;

/** Turns exceptions into return codes: a compiled module has no other way to report them to the host. */
final class Calls {
    private Calls() {}

    /** A call of the host; its result is the return code. */
    interface Call {
        int run();
    }

    static int guarded(String export, Call call) {
        try {
            return call.run();
        } catch (IllegalArgumentException e) {
            Host.log(1, export + ": " + e.getMessage());
            return Host.BAD_ARGUMENT;
        } catch (RuntimeException | Error e) {
            Host.log(1, export + " failed: " + e);
            return Host.FAILED;
        }
    }

    static String text(byte[] utf8) {
        return new String(utf8, StandardCharsets.UTF_8);
    }
}

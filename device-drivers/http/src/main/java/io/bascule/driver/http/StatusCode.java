/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.driver.http;

import io.bascule.api.channel.Quality;

/** What the status code of an answer says of a channel (RFC 9110 section 15). */
final class StatusCode {

    private static final int OK = 200;
    private static final int REDIRECTION = 300;
    private static final int SERVER_ERROR = 500;

    private StatusCode() {}

    static boolean isSuccess(int status) {
        return status >= OK && status < REDIRECTION;
    }

    /** Returns whether other credentials may help. */
    static boolean asksForCredentials(int status) {
        return status == 401 || status == 403 || status == 407;
    }

    /** Returns the quality of a channel whose GET was answered with {@code status}, or that of a write. */
    static Quality quality(int status, boolean isWrite) {
        if (isSuccess(status)) {
            return Quality.GOOD;
        }
        return switch (status) {
            case 401, 403, 407 -> Quality.BAD_USER_ACCESS_DENIED;
            case 404, 410 -> Quality.BAD_NODE_ID_UNKNOWN;
            case 405 -> isWrite ? Quality.BAD_NOT_WRITABLE : Quality.BAD_NOT_SUPPORTED;
            case 501, 505 -> Quality.BAD_NOT_SUPPORTED;
            case 408, 504 -> Quality.BAD_TIMEOUT;
            case 429, 503 -> Quality.BAD_RESOURCE_UNAVAILABLE;
            case 502 -> Quality.BAD_NO_COMMUNICATION;
            // The device understood the request and did not like the value.
            case 400, 409, 416, 422 -> isWrite ? Quality.BAD_OUT_OF_RANGE : Quality.BAD_CONFIGURATION_ERROR;
            default -> status >= SERVER_ERROR ? Quality.BAD_DEVICE_FAILURE : Quality.BAD_CONFIGURATION_ERROR;
        };
    }
}

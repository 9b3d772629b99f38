/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.driver.coap;

import io.bascule.api.channel.Quality;
import org.eclipse.californium.core.coap.CoAP.ResponseCode;

/** What the code of an answer says of a channel (section 5.9). */
final class Code {

    private Code() {}

    /** Returns the quality of a channel whose GET was answered with {@code code}, or that of a write. */
    static Quality quality(ResponseCode code, boolean isWrite) {
        return switch (code) {
            case CREATED, DELETED, VALID, CHANGED, CONTENT, CONTINUE -> Quality.GOOD;
            case UNAUTHORIZED, FORBIDDEN -> Quality.BAD_USER_ACCESS_DENIED;
            case NOT_FOUND -> Quality.BAD_NODE_ID_UNKNOWN;
            case METHOD_NOT_ALLOWED -> isWrite ? Quality.BAD_NOT_WRITABLE : Quality.BAD_NOT_SUPPORTED;
            case NOT_IMPLEMENTED, PROXY_NOT_SUPPORTED -> Quality.BAD_NOT_SUPPORTED;
            // The device understood the request and did not like the value.
            case BAD_REQUEST, CONFLICT, UNPROCESSABLE_ENTITY ->
                isWrite ? Quality.BAD_OUT_OF_RANGE : Quality.BAD_CONFIGURATION_ERROR;
            case TOO_MANY_REQUESTS, SERVICE_UNAVAILABLE -> Quality.BAD_RESOURCE_UNAVAILABLE;
            case GATEWAY_TIMEOUT -> Quality.BAD_TIMEOUT;
            case BAD_GATEWAY -> Quality.BAD_NO_COMMUNICATION;
            case INTERNAL_SERVER_ERROR -> Quality.BAD_DEVICE_FAILURE;
            default -> code.isServerError() ? Quality.BAD_DEVICE_FAILURE : Quality.BAD_CONFIGURATION_ERROR;
        };
    }
}

/* SPDX-License-Identifier: Apache-2.0
 * Calls every function of the SDK, so that the type check against the WIT sees every import and export. Never run. */
#include "bascule.h"

BASCULE_METADATA("module.json")

BASCULE_EXPORT(test) int32_t test(void) { return 0; }

BASCULE_EXPORT(configure) int32_t configure(char *json, uint32_t len) {
    bascule_text config = {json, json + len};
    bascule_bytes b;
    double number = 0;
    bool on = false;
    uint32_t handle = 0;
    char text[8];
    bascule_log(BASCULE_LOG_INFO, json, len);
    bascule_state_get("k", 1, &b);
    bascule_timer_cancel(1);
    return bascule_number(config, "n", &number, 0, 1) + bascule_boolean(config, "b", &on) + bascule_channel(config, "c", &handle) +
           bascule_string(config, "s", text, sizeof text) +
           bascule_state_put("k", 1, b.ptr, b.len) + bascule_timer_set(1, 2, 3);
}

BASCULE_EXPORT(address) int32_t address(uint32_t channel, char *text, uint32_t len) {
    bascule_free(text, len);
    return (int32_t)channel;
}

BASCULE_EXPORT(plan) int32_t plan(bascule_reading *channels, uint32_t count) {
    bascule_free(channels, count * sizeof *channels);
    return 1;
}

BASCULE_EXPORT(connect) int32_t connect(uint32_t timeout_ms) { return (int32_t)timeout_ms; }

BASCULE_EXPORT(poll) int32_t poll(bascule_reading *channels, uint32_t count, uint32_t timeout_ms) {
    bascule_bytes b;
    bascule_reading r;
    int32_t io = bascule_io_open("tcp:127.0.0.1:502", 17);
    bascule_io_receive((uint32_t)io, 16, timeout_ms, &b);
    bascule_io_send((uint32_t)io, b.ptr, b.len);
    bascule_free(b.ptr, b.len);
    bascule_io_close((uint32_t)io);
    bascule_channel_read(1, &r);
    r.time = bascule_now();
    bascule_free(channels, count * sizeof *channels);
    return bascule_alert(BASCULE_ALERT_INFO, r.channel, r.time, r.value.number, "t", 1) +
           bascule_emit_message("t", 1, "p", 1) + bascule_emit(&r, 1);
}

BASCULE_EXPORT(write) int32_t write(bascule_reading *values, uint32_t count, uint32_t timeout_ms) {
    return bascule_channel_write(values, count) + (int32_t)timeout_ms;
}

BASCULE_EXPORT(timer) int32_t timer(uint32_t id) { return (int32_t)id; }

BASCULE_EXPORT(message) int32_t message(char *topic, uint32_t topic_len, void *payload, uint32_t len) {
    bascule_free(topic, topic_len);
    bascule_free(payload, len);
    return 0;
}

/* @NAME@: scales readings and raises an alert above a limit. Change it into what you need; README.md says how to build. */
#include "bascule.h"

BASCULE_METADATA("module.json")

static double factor = 1, limit = 100;
static struct {
    uint32_t format, above;
} state = {1, 0};

/* True when the value has just risen above the limit. */
static bool rises(double value) {
    bool was_above = state.above;
    state.above = value > limit;
    return state.above && !was_above;
}

BASCULE_EXPORT(configure) int32_t configure(char *json, uint32_t len) {
    bascule_text config = {json, json + len};
    int32_t code = bascule_number(config, "factor", &factor, -1e6, 1e6);
    if (code >= 0) code = bascule_number(config, "limit", &limit, -1e9, 1e9);
    bascule_free(json, len);
    return code;
}

BASCULE_EXPORT(process) int32_t process(bascule_reading *batch, uint32_t count) {
    static const char above[] = "above the limit";
    int32_t code = 0;
    for (uint32_t i = 0; i < count && code >= 0; i++) {
        bascule_reading *r = &batch[i];
        double value;
        if (!bascule_usable(r, &value)) continue;
        r->kind = BASCULE_F64;
        r->value.number = value * factor;
        if (rises(r->value.number)) {
            code = bascule_alert(BASCULE_ALERT_WARNING, r->channel, r->time, r->value.number, above, sizeof above - 1);
        }
    }
    if (code >= 0) code = bascule_emit(batch, count);
    bascule_free(batch, count * sizeof *batch);
    return code;
}

BASCULE_EXPORT(snapshot) bascule_bytes *snapshot(void) {
    static bascule_bytes result = {&state, sizeof state};
    return &result;
}

BASCULE_EXPORT(restore) int32_t restore(void *from, uint32_t len) {
    bool known = len == sizeof state && *(uint32_t *)from == state.format;
    if (known) memcpy(&state, from, len);
    bascule_free(from, len);
    return known ? 0 : BASCULE_CORRUPT_DATA;
}

BASCULE_EXPORT(test) int32_t test(void) {
    limit = 100;
    state.above = 0;
    return !rises(99) && rises(101) && !rises(102) && !rises(50) && rises(101) ? 0 : BASCULE_FAILED;
}

/* SPDX-License-Identifier: Apache-2.0
 *
 * PID controller for one loop. Every reading of the input gives one output, sent on as a reading and, if an actuator is
 * configured, written to it. Time steps come from the readings, so a replay gives the outputs of the live run.
 */
#include "bascule.h"

BASCULE_METADATA("module.json")

enum { FORMAT = 1 };
static const double NANOS = 1e9;

static struct {
    bool enabled, has_output, has_actuator;
    uint32_t output, actuator;
    double setpoint, kp, ki, kd, min, max, gap;
} settings;

/* What a successor takes over; its bytes are the snapshot. */
static struct {
    uint32_t format;
    uint32_t started;
    uint32_t has_input;
    uint32_t input;
    double integral;
    double value;
    double output;
    int64_t time;
} state;

static double limited(double v) { return v < settings.min ? settings.min : v > settings.max ? settings.max : v; }

static void reset(void) {
    memset(&state, 0, sizeof state);
    state.format = FORMAT;
}

static void control_channel(uint32_t channel) {
    state.has_input = 1;
    state.input = channel;
}

static double step(double value, int64_t time) {
    double error = settings.setpoint - value;
    double seconds = (double)(time - state.time) / NANOS;
    double p = settings.kp * error, d = 0;
    if (state.started && seconds > 0 && seconds <= settings.gap) {
        d = settings.kd * (state.value - value) / seconds; /* of the value, so a new setpoint gives no kick */
        double more = settings.ki * error * seconds;
        double wanted = p + state.integral + more + d;
        /* Anti-windup: while the output is at a limit, the integral may only lead away from it. */
        if ((wanted <= settings.max || more < 0) && (wanted >= settings.min || more > 0)) state.integral += more;
    } else if (!state.started) {
        state.started = 1;
    }
    state.integral = limited(state.integral);
    state.value = value;
    if (!(seconds < 0)) state.time = time;
    return state.output = limited(p + state.integral + d);
}

BASCULE_EXPORT(configure) int32_t configure(char *json, uint32_t len) {
    bascule_text c = {json, json + len};
    int32_t code, in, out, act;
    uint32_t input = 0;
    memset(&settings, 0, sizeof settings);
    settings.enabled = true;
    settings.kp = 1;
    settings.max = 100;
    settings.gap = 60;
    reset();
    if ((code = bascule_boolean(c, "enabled", &settings.enabled)) < 0 ||
        (code = bascule_number(c, "setpoint", &settings.setpoint, -1e9, 1e9)) < 0 ||
        (code = bascule_number(c, "kp", &settings.kp, -1e6, 1e6)) < 0 ||
        (code = bascule_number(c, "ki", &settings.ki, -1e6, 1e6)) < 0 ||
        (code = bascule_number(c, "kd", &settings.kd, -1e6, 1e6)) < 0 ||
        (code = bascule_number(c, "output_min", &settings.min, -1e9, 1e9)) < 0 ||
        (code = bascule_number(c, "output_max", &settings.max, -1e9, 1e9)) < 0 ||
        (code = bascule_number(c, "gap_seconds", &settings.gap, 1e-3, 1e6)) < 0 ||
        (code = in = bascule_channel(c, "input", &input)) < 0 ||
        (code = out = bascule_channel(c, "output", &settings.output)) < 0 ||
        (code = act = bascule_channel(c, "actuator", &settings.actuator)) < 0) {
        bascule_free(json, len);
        return code;
    }
    if (in) control_channel(input);
    settings.has_output = out;
    settings.has_actuator = act;
    bascule_free(json, len);
    if (settings.min >= settings.max) return bascule_refuse("output_min", " must be less than output_max");
    return 0;
}

static int32_t control(bascule_reading *batch, uint32_t count) {
    uint32_t outputs = 0;
    double value;
    for (uint32_t i = 0; i < count; i++) {
        bascule_reading r = batch[i];
        if (!state.has_input) control_channel(r.channel);
        if (r.channel != state.input) continue;
        bool usable = bascule_usable(&r, &value);
        /* Without a usable measurement the output stays where it is, and says so. */
        double output = usable ? step(value, r.time) : state.output;
        bascule_reading o = {settings.has_output ? settings.output : r.channel, BASCULE_F64,
                             usable ? BASCULE_GOOD : BASCULE_UNCERTAIN, 0, r.time, {.number = output}};
        batch[outputs++] = o;
    }
    if (!outputs) return 0;
    int32_t code = bascule_emit(batch, outputs);
    if (code < 0 || !settings.has_actuator) return code;
    /* The device gets the latest output only: the ones before are history already. */
    bascule_reading last = batch[outputs - 1];
    last.channel = settings.actuator;
    return bascule_channel_write(&last, 1);
}

BASCULE_EXPORT(process) int32_t process(bascule_reading *batch, uint32_t count) {
    int32_t code = settings.enabled ? control(batch, count) : 0;
    bascule_free(batch, count * sizeof *batch);
    return code;
}

BASCULE_EXPORT(snapshot) bascule_bytes *snapshot(void) {
    static bascule_bytes result;
    result.ptr = &state;
    result.len = sizeof state;
    return &result;
}

BASCULE_EXPORT(restore) int32_t restore(void *from, uint32_t len) {
    int32_t code = BASCULE_CORRUPT_DATA;
    if (len == sizeof state && *(uint32_t *)from != FORMAT) code = BASCULE_UNSUPPORTED;
    if (len == sizeof state && *(uint32_t *)from == FORMAT) {
        uint32_t configured = state.has_input, input = state.input;
        memcpy(&state, from, sizeof state);
        if (configured) control_channel(input);
        state.integral = limited(state.integral);
        code = 0;
    }
    bascule_free(from, len);
    return code;
}

BASCULE_EXPORT(test) int32_t test(void) {
    /* A tank that loses a tenth of its level per second and gains a tenth of the output must settle at the setpoint, without
     * leaving the output limits on the way. */
    settings.setpoint = 50;
    settings.kp = 2;
    settings.ki = 0.5;
    settings.kd = 0.1;
    settings.min = 0;
    settings.max = 100;
    settings.gap = 60;
    reset();
    double level = 0;
    for (int second = 1; second <= 300; second++) {
        double output = step(level, second * 1000000000LL);
        if (output < 0 || output > 100) return BASCULE_FAILED;
        level += (output - level) / 10;
    }
    return level > 49.99 && level < 50.01 ? 0 : BASCULE_FAILED;
}

/* @NAME@: a driver for devices that answer lines of text. Change it into what you need; README.md says how to build.
 *
 * The protocol: `?NAME` asks for a value, `NAME=VALUE` sets it. Each is a line, and so is its answer: `NAME=VALUE`, or `NAME!WHY`
 * where WHY is `unknown`, `readonly`, `range` or anything else. Every device knows `id`.
 * An instance serves one connection, so there is nothing to clean up. */
#include "bascule.h"

BASCULE_METADATA("module.json")

enum { CHANNELS_MAX = 256, NAME_MAX = 32, LINE_MAX = 128, ENDPOINT_MAX = 200 };
/* Why there is no value; the words of OPC UA. */
enum { UNKNOWN_ADDRESS = 0x8034, NOT_WRITABLE = 0x803B, OUT_OF_RANGE = 0x803C, DEVICE_FAILURE = 0x808B };

static char endpoint[ENDPOINT_MAX];
static size_t endpoint_len;
static struct name {
    char text[NAME_MAX];
    size_t len;
} names[CHANNELS_MAX];
static uint32_t io;
/* What has come of the next line. */
static char input[LINE_MAX];
static size_t input_len;

/* The channel's name on the device, NULL if there is none. Numbers begin with 1. */
static const struct name *name_of(uint32_t channel) {
    bool is_known = channel >= 1 && channel <= CHANNELS_MAX && names[channel - 1].len > 0;
    return is_known ? &names[channel - 1] : NULL;
}

static bool is_name(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' || c == '_';
}

static bool starts(bascule_text text, const char *with, size_t len) {
    if ((size_t)(text.end - text.at) < len) return false;
    for (size_t i = 0; i < len; i++)
        if (text.at[i] != with[i]) return false;
    return true;
}

static bool is(bascule_text text, const char *word) {
    size_t len = bascule_length(word);
    return starts(text, word, len) && text.at + len == text.end;
}

/* `NAME` or `NAME:rw`: what an operator writes as the address of a channel. Returns the length of the name, 0 if it is none. */
static size_t parse_address(const char *text, size_t len, bool *writable) {
    *writable = len > 3 && is((bascule_text){text + len - 3, text + len}, ":rw");
    size_t n = *writable ? len - 3 : len;
    for (size_t i = 0; i < n; i++)
        if (!is_name(text[i])) return 0;
    return n <= NAME_MAX ? n : 0;
}

enum answer { OF_ANOTHER, VALUE, REFUSED, BROKEN };

/* What a line says of a name: a value, or the reason why there is none. */
static enum answer parse_answer(bascule_text line, const struct name *name, double *value, uint16_t *why) {
    if (!starts(line, name->text, name->len) || line.at + name->len == line.end) return OF_ANOTHER;
    char sign = line.at[name->len];
    bascule_text rest = {line.at + name->len + 1, line.end};
    if (sign == '=') return bascule_parse(rest, value) ? VALUE : BROKEN;
    if (sign != '!') return OF_ANOTHER;
    *why = is(rest, "unknown") ? UNKNOWN_ADDRESS : is(rest, "readonly") ? NOT_WRITABLE : is(rest, "range") ? OUT_OF_RANGE : DEVICE_FAILURE;
    return REFUSED;
}

/* The next line, without its end: valid until the next call. Returns 0 or a code. */
static int32_t receive(uint32_t timeout_ms, bascule_text *line) {
    static char text[LINE_MAX];
    for (;;) {
        for (size_t i = 0; i < input_len; i++) {
            if (input[i] != '\n') continue;
            memcpy(text, input, i);
            *line = (bascule_text){text, text + (i > 0 && input[i - 1] == '\r' ? i - 1 : i)};
            input_len -= i + 1;
            memcpy(input, input + i + 1, input_len); /* goes from front to back, so they may overlap */
            return 0;
        }
        if (input_len == LINE_MAX) return BASCULE_CORRUPT_DATA;
        bascule_bytes bytes;
        bascule_io_receive(io, LINE_MAX - input_len, timeout_ms, &bytes);
        if (bytes.len == 0) return BASCULE_TIMEOUT;
        memcpy(input + input_len, bytes.ptr, bytes.len);
        input_len += bytes.len;
        bascule_free(bytes.ptr, bytes.len);
    }
}

/* Sends a line about the reading's channel and fills the answer in. An answer about something else came too late: it is stepped over. */
static int32_t exchange(const char *line, size_t len, const struct name *name, bascule_reading *reading, uint32_t timeout_ms) {
    int32_t code = bascule_io_send(io, line, len);
    while (code >= 0) {
        bascule_text answer;
        code = receive(timeout_ms, &answer);
        if (code < 0) break;
        switch (parse_answer(answer, name, &reading->value.number, &reading->aux)) {
        case VALUE: reading->quality = BASCULE_GOOD; reading->aux = 0; return 0;
        case REFUSED: reading->quality = BASCULE_BAD; return 0;
        case BROKEN: return BASCULE_CORRUPT_DATA;
        case OF_ANOTHER: break;
        }
    }
    return code;
}

/* A number with six decimals, rounded half away from zero; 0 if it is too large for that. */
static size_t write_number(double value, char *to) {
    char digits[20];
    size_t n = 0, at = 0;
    double magnitude = value < 0 ? -value : value;
    if (!(magnitude < 9e12)) return 0;
    uint64_t units = (uint64_t)(magnitude * 1e6 + 0.5);
    for (; units > 0 || n < 7; units /= 10) digits[n++] = (char)('0' + units % 10);
    if (value < 0) to[at++] = '-';
    while (n > 0) {
        to[at++] = digits[--n];
        if (n == 6) to[at++] = '.';
    }
    return at;
}

BASCULE_EXPORT(configure) int32_t configure(char *json, uint32_t len) {
    int32_t code = bascule_string((bascule_text){json, json + len}, "endpoint", endpoint, sizeof endpoint);
    if (code > 0) endpoint_len = (size_t)code;
    bascule_free(json, len);
    return code < 0 ? code : 0;
}

static int32_t understand(uint32_t channel, const char *text, size_t len) {
    bool writable;
    size_t n = parse_address(text, len, &writable);
    if (endpoint_len == 0) return bascule_refuse("endpoint", " is empty; expected tcp:HOST:PORT or serial:PORT");
    if (n == 0) return bascule_refuse("address", ": expected NAME or NAME:rw, a name of up to 32 letters, digits, points and underscores");
    if (channel < 1 || channel > CHANNELS_MAX) return BASCULE_TOO_LARGE;
    memcpy(names[channel - 1].text, text, n);
    names[channel - 1].len = n;
    return BASCULE_F64 + 16 + (writable ? 32 : 0); /* its kind, readable, writable */
}

BASCULE_EXPORT(address) int32_t address(uint32_t channel, char *text, uint32_t len) {
    int32_t code = understand(channel, text, len);
    bascule_free(text, len);
    return code;
}

/* This protocol has a question for each value. One that reads many at once announces fewer. */
BASCULE_EXPORT(plan) int32_t plan(bascule_reading *channels, uint32_t count) {
    bascule_free(channels, count * sizeof *channels);
    return (int32_t)count;
}

BASCULE_EXPORT(connect) int32_t connect(uint32_t timeout_ms) {
    int32_t code = bascule_io_open(endpoint, endpoint_len);
    if (code < 0) return code;
    io = (uint32_t)code;
    /* A serial line is open also when nothing is at its end, so something is asked. What the answer says does not matter. */
    code = bascule_io_send(io, "?id\n", 4);
    for (bascule_text line; code >= 0;) {
        code = receive(timeout_ms, &line);
        if (code >= 0 && starts(line, "id", 2)) return 0;
    }
    return code;
}

BASCULE_EXPORT(poll) int32_t poll(bascule_reading *channels, uint32_t count, uint32_t timeout_ms) {
    int32_t code = 0;
    for (uint32_t i = 0; i < count && code >= 0; i++) {
        const struct name *name = name_of(channels[i].channel);
        char line[NAME_MAX + 2] = "?";
        if (!name) {
            code = BASCULE_BAD_ARGUMENT;
            break;
        }
        memcpy(line + 1, name->text, name->len);
        line[1 + name->len] = '\n';
        code = exchange(line, name->len + 2, name, &channels[i], timeout_ms);
    }
    if (code >= 0) code = bascule_emit(channels, count);
    bascule_free(channels, count * sizeof *channels);
    return code;
}

BASCULE_EXPORT(write) int32_t write(bascule_reading *values, uint32_t count, uint32_t timeout_ms) {
    int32_t code = 0;
    for (uint32_t i = 0; i < count && code >= 0; i++) {
        const struct name *name = name_of(values[i].channel);
        char line[NAME_MAX + 32];
        if (!name) {
            code = BASCULE_BAD_ARGUMENT;
            break;
        }
        memcpy(line, name->text, name->len);
        line[name->len] = '=';
        size_t digits = write_number(values[i].value.number, line + name->len + 1);
        if (digits == 0) {
            values[i].quality = BASCULE_BAD;
            values[i].aux = OUT_OF_RANGE;
            continue;
        }
        line[name->len + 1 + digits] = '\n';
        code = exchange(line, name->len + digits + 2, name, &values[i], timeout_ms);
    }
    if (code >= 0) code = bascule_emit(values, count);
    bascule_free(values, count * sizeof *values);
    return code;
}

static bool is_address(const char *text, size_t name, bool writable) {
    bool found;
    return parse_address(text, bascule_length(text), &found) == name && found == writable;
}

static enum answer about_temp(const char *line, double *value, uint16_t *why) {
    static const struct name temp = {"temp", 4};
    return parse_answer((bascule_text){line, line + bascule_length(line)}, &temp, value, why);
}

/* Without a device: addresses, answers and numbers that are known. */
BASCULE_EXPORT(test) int32_t test(void) {
    double value = 0;
    uint16_t why = 0;
    char number[32];
    bool addresses = is_address("oven.temp:rw", 9, true) && is_address("temp", 4, false) && is_address("a b", 0, false) &&
                     is_address("a:w", 0, false) && is_address("", 0, false);
    bool answers = about_temp("temp=21.5", &value, &why) == VALUE && value == 21.5 &&
                   about_temp("temp!readonly", &value, &why) == REFUSED && why == NOT_WRITABLE &&
                   about_temp("temp=warm", &value, &why) == BROKEN && about_temp("temp2=1", &value, &why) == OF_ANOTHER;
    size_t n = write_number(-42.25, number);
    bool numbers = is((bascule_text){number, number + n}, "-42.250000") && write_number(1e13, number) == 0;
    return addresses && answers && numbers ? 0 : BASCULE_FAILED;
}

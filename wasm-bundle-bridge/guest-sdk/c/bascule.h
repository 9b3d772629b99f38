/* SPDX-License-Identifier: Apache-2.0
 *
 * Bascule guest SDK: bascule:gateway@1.0.0 for C, in one header, without a C library.
 *
 * Include it in exactly one file of a module, then
 *     BASCULE_METADATA("module.json")           puts that file into the custom section `bascule`
 *     BASCULE_EXPORT(configure) int32_t configure(const char *json, uint32_t len) { ... }
 * and so on for test, process, snapshot and restore (world processor) or decode (world decoder); the prototypes are below.
 * Give every argument the host placed back with bascule_free(ptr, len) before you return.
 *
 * Build: clang --target=wasm32 -Oz -nostdlib -Wl,--no-entry -Wl,--stack-first -Wl,-z,stack-size=16384 -Wl,--strip-all
 * Calls of an instance never overlap: nothing here is synchronised, and `static` variables are the module's state.
 */
#ifndef BASCULE_H
#define BASCULE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { /* return codes; a count or 0 means success */
    BASCULE_FAILED = -1,
    BASCULE_BAD_ARGUMENT = -2,
    BASCULE_NOT_PERMITTED = -3,
    BASCULE_NOT_FOUND = -4,
    BASCULE_UNSUPPORTED = -5,
    BASCULE_CORRUPT_DATA = -6,
    BASCULE_BUSY = -7,
    BASCULE_TIMEOUT = -8,
    BASCULE_TOO_LARGE = -9
};
enum { BASCULE_F64 = 1, BASCULE_I64 = 2, BASCULE_BOOL = 3 };
enum { BASCULE_GOOD = 0, BASCULE_UNCERTAIN = 64, BASCULE_BAD = 128 };
enum { BASCULE_LOG_ERROR = 1, BASCULE_LOG_WARNING, BASCULE_LOG_INFO, BASCULE_LOG_DEBUG };
enum { BASCULE_ALERT_INFO = 1, BASCULE_ALERT_WARNING, BASCULE_ALERT_ALARM, BASCULE_ALERT_CRITICAL };

/* The contract's 24-byte record; kind 2 is read from `integer`, every other kind from `number`. */
typedef struct {
    uint32_t channel;
    uint8_t kind;
    uint8_t quality;
    uint16_t aux;
    int64_t time; /* nanoseconds since 1970-01-01T00:00:00Z */
    union {
        double number;
        int64_t integer;
    } value;
} bascule_reading;
_Static_assert(sizeof(bascule_reading) == 24 && _Alignof(bascule_reading) == 8, "layout of the contract");

typedef struct { /* a list the host returned, or a snapshot for the host */
    void *ptr;
    uint32_t len;
} bascule_bytes;

#define BASCULE_EXPORT(name) __attribute__((export_name(#name)))
#define BASCULE_IMPORT(interface, name) \
    __attribute__((import_module("bascule:gateway/" interface "@1.0.0"), import_name(name)))
#define BASCULE_METADATA(file) \
    __asm__(".section .custom_section.bascule,\"\",@\n.incbin \"" file "\"\n");

/* ---- what the host offers; what is not called is not imported ------------------------------------------------------ */

BASCULE_IMPORT("log", "write") void bascule_log(int32_t level, const char *text, size_t len);
BASCULE_IMPORT("clock", "now") int64_t bascule_now(void);
BASCULE_IMPORT("emit", "readings") int32_t bascule_emit(const bascule_reading *readings, size_t count);
BASCULE_IMPORT("emit", "message")
int32_t bascule_emit_message(const char *topic, size_t topic_len, const void *payload, size_t len);
BASCULE_IMPORT("emit", "alert")
int32_t bascule_alert(int32_t severity, uint32_t channel, int64_t time, double value, const char *text, size_t len);
BASCULE_IMPORT("channel", "open") int32_t bascule_channel_open(const char *name, size_t len);
BASCULE_IMPORT("channel", "read") void bascule_channel_read(uint32_t handle, bascule_reading *result);
BASCULE_IMPORT("channel", "write") int32_t bascule_channel_write(const bascule_reading *readings, size_t count);
BASCULE_IMPORT("state", "get") void bascule_state_get(const char *key, size_t len, bascule_bytes *result);
BASCULE_IMPORT("state", "put")
int32_t bascule_state_put(const char *key, size_t key_len, const void *value, size_t len);
BASCULE_IMPORT("timer", "set") int32_t bascule_timer_set(uint32_t id, uint32_t delay_ms, uint32_t period_ms);
BASCULE_IMPORT("timer", "cancel") void bascule_timer_cancel(uint32_t id);
BASCULE_IMPORT("io", "open") int32_t bascule_io_open(const char *endpoint, size_t len);
BASCULE_IMPORT("io", "send") int32_t bascule_io_send(uint32_t handle, const void *data, size_t len);
BASCULE_IMPORT("io", "receive")
void bascule_io_receive(uint32_t handle, uint32_t max, uint32_t timeout_ms, bascule_bytes *result);
BASCULE_IMPORT("io", "close") void bascule_io_close(uint32_t handle);

/* ---- what a module exports ------------------------------------------------------------------------------------------ */

int32_t configure(char *json, uint32_t len);                         /* every world */
int32_t test(void);                                                  /* every world; on an instance that is thrown away */
int32_t process(bascule_reading *batch, uint32_t count);             /* world processor, with the next two */
bascule_bytes *snapshot(void);                                       /* points to static memory; the host copies it */
int32_t restore(void *state, uint32_t len);
int32_t decode(uint8_t *data, uint32_t len, int64_t time);           /* world decoder */
int32_t address(uint32_t channel, char *text, uint32_t len);         /* world driver, with the next four */
int32_t plan(bascule_reading *channels, uint32_t count);
int32_t connect(uint32_t timeout_ms);
int32_t poll(bascule_reading *channels, uint32_t count, uint32_t timeout_ms);
int32_t write(bascule_reading *values, uint32_t count, uint32_t timeout_ms);
int32_t timer(uint32_t id);                                          /* optional */
int32_t message(char *topic, uint32_t topic_len, void *payload, uint32_t len); /* optional */

/* ---- memory: power-of-two blocks with one free list per size ---------------------------------------------------------- */

extern unsigned char __heap_base;
static void *bascule_free_lists[32];
static uintptr_t bascule_top;

static unsigned bascule_class(size_t size) {
    unsigned c = size < 2 ? 0 : 32 - (unsigned)__builtin_clz((unsigned)size - 1);
    return c < 4 ? 4 : c; /* 16-byte blocks: room for the link of a free block and the alignment of a record */
}

/* At least `size` bytes, aligned to 16; traps when memory is exhausted, which the host answers by a restart. */
static void *bascule_alloc(size_t size) {
    unsigned c = bascule_class(size);
    if (c > 30) __builtin_trap();
    void *block = bascule_free_lists[c];
    if (block) {
        bascule_free_lists[c] = *(void **)block;
        return block;
    }
    if (!bascule_top) bascule_top = ((uintptr_t)&__heap_base + 15) & ~(uintptr_t)15;
    uintptr_t end = bascule_top + ((uintptr_t)1 << c);
    uintptr_t have = __builtin_wasm_memory_size(0) << 16;
    if (end > have && __builtin_wasm_memory_grow(0, (end - have + 65535) >> 16) == (size_t)-1) __builtin_trap();
    block = (void *)bascule_top;
    bascule_top = end;
    return block;
}

/* Gives a block back; `size` as it was asked for. Nothing happens for size 0. */
static inline void bascule_free(const void *block, size_t size) {
    if (size) {
        unsigned c = bascule_class(size);
        *(void **)block = bascule_free_lists[c];
        bascule_free_lists[c] = (void *)block;
    }
}

/* clang turns loops and assignments into calls of these two. */
__attribute__((no_builtin)) void *memcpy(void *to, const void *from, size_t n) {
    for (unsigned char *t = to, *e = t + n, *f = (unsigned char *)from; t < e;) *t++ = *f++;
    return to;
}
__attribute__((no_builtin)) void *memset(void *to, int byte, size_t n) {
    for (unsigned char *t = to, *e = t + n; t < e;) *t++ = (unsigned char)byte;
    return to;
}

BASCULE_EXPORT(cabi_realloc) void *cabi_realloc(void *old, size_t old_size, size_t align, size_t size) {
    if (!size) {
        bascule_free(old, old_size);
        return (void *)align;
    }
    if (old_size && bascule_class(old_size) == bascule_class(size)) return old;
    void *block = bascule_alloc(size);
    if (old_size) {
        memcpy(block, old, old_size < size ? old_size : size);
        bascule_free(old, old_size);
    }
    return block;
}

/* ---- readings ---------------------------------------------------------------------------------------------------------- */

static inline bool bascule_is_finite(double v) { return v - v == 0; }

/* The reading's value as a number; false for an unknown kind, a bad quality or a number that is not finite. */
static inline bool bascule_usable(const bascule_reading *r, double *value) {
    if (r->quality >= BASCULE_BAD || r->kind < BASCULE_F64 || r->kind > BASCULE_BOOL) return false;
    *value = r->kind == BASCULE_I64 ? (double)r->value.integer : r->value.number;
    return bascule_is_finite(*value);
}

/* ---- configuration: the top-level keys of one JSON object --------------------------------------------------------------- */

typedef struct {
    const char *at, *end;
} bascule_text;

static size_t bascule_length(const char *s) {
    size_t n = 0;
    while (s[n]) n++;
    return n;
}

/* Logs `<what><why>` and returns BASCULE_BAD_ARGUMENT. */
static int32_t bascule_refuse(const char *what, const char *why) {
    char line[160];
    size_t n = 0;
    for (; *what && n < sizeof line; what++) line[n++] = *what;
    for (; *why && n < sizeof line; why++) line[n++] = *why;
    bascule_log(BASCULE_LOG_ERROR, line, n);
    return BASCULE_BAD_ARGUMENT;
}

static const char *bascule_skip_space(const char *p, const char *end) {
    while (p < end && (unsigned char)*p <= ' ') p++;
    return p;
}

static const char *bascule_skip_string(const char *p, const char *end) { /* p at the quote; NULL if there is no end */
    for (p++; p < end; p++) {
        if (*p == '"') return p + 1;
        if (*p == '\\') p++;
    }
    return NULL;
}

static const char *bascule_skip_value(const char *p, const char *end) {
    int depth = 0;
    for (const char *start = p; p && p < end; p++) {
        if (*p == '"') {
            p = bascule_skip_string(p, end);
            if (!p || depth == 0) return p;
            p--;
        } else if (*p == '{' || *p == '[') {
            depth++;
        } else if (*p == '}' || *p == ']') {
            if (depth == 0) return p > start ? p : NULL;
            if (--depth == 0) return p + 1;
        } else if (depth == 0 && (*p == ',' || (unsigned char)*p <= ' ')) {
            return p > start ? p : NULL;
        }
    }
    return NULL;
}

/* The value under `key`, a string with its quotes. 1 found, 0 missing or null, negative: no JSON object. */
static int32_t bascule_find(bascule_text json, const char *key, bascule_text *value) {
    const char *p = bascule_skip_space(json.at, json.end), *end = json.end;
    size_t n = bascule_length(key);
    if (p == end) return 0; /* no configuration at all is an empty one */
    if (*p != '{') return bascule_refuse("configuration", " must be a JSON object");
    for (p = bascule_skip_space(p + 1, end); p < end && *p == '"';) {
        const char *name = p + 1;
        if (!(p = bascule_skip_string(p, end))) break;
        bool same = (size_t)(p - 1 - name) == n;
        for (size_t i = 0; same && i < n; i++) same = name[i] == key[i];
        p = bascule_skip_space(p, end);
        if (p == end || *p != ':') break;
        value->at = p = bascule_skip_space(p + 1, end);
        if (!(value->end = p = bascule_skip_value(p, end))) break;
        if (same) return *value->at != 'n';
        p = bascule_skip_space(p, end);
        if (p < end && *p == ',') p = bascule_skip_space(p + 1, end);
    }
    return p && p < end && *p == '}' ? 0 : bascule_refuse("configuration", " is not valid JSON");
}

/* A decimal number such as -12.5e3, exact up to 15 digits; false for anything else. */
static bool bascule_parse(bascule_text t, double *value) {
    const char *p = t.at;
    bool negative = p < t.end && *p == '-', fraction = false, seen = false;
    uint64_t mantissa = 0;
    int exponent = 0, e = 0;
    for (p += negative; p < t.end; p++) {
        if (*p >= '0' && *p <= '9') {
            seen = true;
            if (mantissa < 100000000000000000u) {
                mantissa = mantissa * 10 + (uint64_t)(*p - '0');
                exponent -= fraction;
            } else {
                exponent += !fraction;
            }
        } else if (*p == '.' && seen && !fraction) {
            fraction = true;
        } else {
            break;
        }
    }
    if (!seen) return false;
    if (p < t.end && (*p == 'e' || *p == 'E')) {
        bool down = ++p < t.end && *p == '-';
        if (p < t.end && (*p == '-' || *p == '+')) p++;
        if (p == t.end) return false;
        for (; p < t.end && *p >= '0' && *p <= '9'; p++) e = e < 1000 ? e * 10 + (*p - '0') : e;
        exponent += down ? -e : e;
    }
    double v = (double)mantissa, power = 1;
    for (int n = exponent < 0 ? -exponent : exponent, i = 0; i < n && i < 700; i++) {
        power *= 10; /* exact up to 1e22, so the usual case rounds once */
        if (i % 22 == 21 || i == n - 1) {
            v = exponent < 0 ? v / power : v * power;
            power = 1;
        }
    }
    *value = negative ? -v : v;
    return p == t.end;
}

/* `*value` is left alone if the key is missing, and refused if it is no number or outside min..max. Returns 0 or -2. */
__attribute__((unused)) static int32_t bascule_number(bascule_text json, const char *key, double *value, double min, double max) {
    bascule_text t;
    double v;
    int32_t found = bascule_find(json, key, &t);
    if (found <= 0) return found;
    if (!bascule_parse(t, &v) || v < min || v > max) return bascule_refuse(key, " is not a number of the permitted range");
    *value = v;
    return 0;
}

static inline int32_t bascule_boolean(bascule_text json, const char *key, bool *value) {
    bascule_text t;
    int32_t found = bascule_find(json, key, &t);
    if (found <= 0) return found;
    if (*t.at != 't' && *t.at != 'f') return bascule_refuse(key, " must be true or false");
    *value = *t.at == 't';
    return 0;
}

/* The text under `key`, without an end mark: its length, 0 if missing, or -2. Taken as it is written: an escape in the JSON text is
 * refused. */
static inline int32_t bascule_string(bascule_text json, const char *key, char *to, size_t max) {
    bascule_text t;
    int32_t found = bascule_find(json, key, &t);
    if (found <= 0) return found;
    if (*t.at != '"') return bascule_refuse(key, " must be a text");
    size_t n = (size_t)(t.end - t.at - 2);
    if (n > max) return bascule_refuse(key, " is too long");
    for (size_t i = 0; i < n; i++) {
        if (t.at[i + 1] == '\\') return bascule_refuse(key, " must not contain a backslash");
        to[i] = t.at[i + 1];
    }
    return (int32_t)n;
}

/* A channel by the name under `key`: 1 and its handle, 0 if missing or empty, or a negative code. Names are taken as they are
 * written: an escape in the JSON text is refused. */
static inline int32_t bascule_channel(bascule_text json, const char *key, uint32_t *handle) {
    bascule_text t;
    int32_t code = bascule_find(json, key, &t);
    if (code <= 0) return code;
    if (*t.at != '"') return bascule_refuse(key, " must be a text");
    for (const char *p = t.at; p < t.end; p++)
        if (*p == '\\') return bascule_refuse(key, " must not contain a backslash");
    if (t.end - t.at == 2) return 0;
    code = bascule_channel_open(t.at + 1, (size_t)(t.end - t.at - 2));
    if (code < 0) {
        bascule_refuse(key, " cannot be opened");
        return code;
    }
    *handle = (uint32_t)code;
    return 1;
}

#endif

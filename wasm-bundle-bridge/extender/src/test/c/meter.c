/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A meter for tests, after wasm-bundle-bridge/samples/meter-driver/README.md. Usage: meter tcp | meter serial DEVICE
 * Objects 0 to 999: doubles, 1000.5 + n, read only. 1000 to 1099: integers, -n. 1100 to 1199: bools, true where n is odd.
 * 2000 to 2049: doubles from 0 to 1000, 2050 to 2099: integers, 2100 to 2149: bools, all written and 0 at first.
 * 3000: a sensor that has failed. There are no others.
 * It prints the TCP port (0 for serial) when it is ready, and ends when its standard input does.
 */
#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/select.h>
#include <sys/socket.h>
#include <termios.h>
#include <unistd.h>

enum { DOUBLE = 1, INTEGER = 2, BOOL = 3 };
enum { OK = 0, UNKNOWN = 1, SENSOR = 2, READ_ONLY = 3, RANGE = 4, TYPE = 5 };

static uint64_t written[150];

struct line {
    uint8_t bytes[1024];
    size_t count;
};
static struct line lines[FD_SETSIZE];

static unsigned crc16(const uint8_t *bytes, size_t count) {
    unsigned crc = 0xFFFF;
    for (size_t i = 0; i < count; i++) {
        crc ^= (unsigned)bytes[i] << 8;
        for (int bit = 0; bit < 8; bit++) {
            crc = (crc & 0x8000) ? (crc << 1) ^ 0x1021 : crc << 1;
        }
        crc &= 0xFFFF;
    }
    return crc;
}

static uint64_t bits_of(double value) {
    uint64_t bits;
    memcpy(&bits, &value, sizeof bits);
    return bits;
}

static int type_of(unsigned object) {
    if (object >= 2000 && object < 2150) {
        return object < 2050 ? DOUBLE : object < 2100 ? INTEGER : BOOL;
    }
    return object < 1000 ? DOUBLE : object < 1100 ? INTEGER : object < 1200 ? BOOL : object == 3000 ? DOUBLE : 0;
}

static int get(unsigned object, int *type, uint64_t *value) {
    *type = type_of(object);
    *value = 0;
    if (*type == 0) {
        return UNKNOWN;
    }
    if (object == 3000) {
        return SENSOR;
    }
    if (object >= 2000) {
        *value = written[object - 2000];
    } else {
        *value = *type == DOUBLE ? bits_of(1000.5 + object) : *type == INTEGER ? (uint64_t)(-(int64_t)object) : object % 2;
    }
    return OK;
}

static int set(unsigned object, int type, uint64_t value) {
    double number;
    memcpy(&number, &value, sizeof number);
    if (type_of(object) == 0) {
        return UNKNOWN;
    }
    if (object < 2000 || object >= 2150) {
        return READ_ONLY;
    }
    if (type != type_of(object)) {
        return TYPE;
    }
    if ((type == DOUBLE && !(number >= 0 && number <= 1000)) || (type == BOOL && value > 1)) {
        return RANGE;
    }
    written[object - 2000] = value;
    return OK;
}

static uint8_t *put(uint8_t *at, uint64_t value, int bytes) {
    for (int i = bytes - 1; i >= 0; i--) {
        *at++ = (uint8_t)(value >> (8 * i));
    }
    return at;
}

static uint64_t take(const uint8_t *at, int bytes) {
    uint64_t value = 0;
    for (int i = 0; i < bytes; i++) {
        value = value << 8 | at[i];
    }
    return value;
}

/* Writes the content of the answer behind `out`; returns its end, or NULL when the question is wrong. */
static uint8_t *answer(const uint8_t *body, unsigned length, uint8_t *out) {
    unsigned count = length > 2 ? body[2] : 0;
    if (body[1] == 3 && length == 2) {
        memcpy(out, "meter-7", 7);
        return out + 7;
    }
    if ((body[1] != 1 && body[1] != 2) || count < 1 || count > 20 || length != 3 + count * (body[1] == 1 ? 2 : 11)) {
        return NULL;
    }
    *out++ = (uint8_t)count;
    for (unsigned i = 0; i < count; i++) {
        int type;
        uint64_t value;
        const uint8_t *item = body + 3 + i * (body[1] == 1 ? 2 : 11);
        unsigned object = (unsigned)take(item, 2);
        out = put(out, object, 2);
        if (body[1] == 1) {
            *out++ = (uint8_t)get(object, &type, &value);
            *out++ = (uint8_t)type;
            out = put(out, value, 8);
        } else {
            *out++ = (uint8_t)set(object, item[2], take(item + 3, 8));
        }
    }
    return out;
}

/* Answers every whole frame that has come; returns 0 when the other end is gone. */
static int serve(int fd) {
    struct line *line = &lines[fd];
    ssize_t got = read(fd, line->bytes + line->count, sizeof line->bytes - line->count);
    if (got <= 0) {
        return 0;
    }
    line->count += (size_t)got;
    size_t at = 0;
    while (line->count - at >= 2) {
        uint8_t *frame = line->bytes + at;
        size_t size = 4u + frame[1];
        if (frame[0] != 0x4D || frame[1] < 2 || frame[1] > 250) {
            at++;
            continue;
        }
        if (line->count - at < size) {
            break;
        }
        if (crc16(frame + 1, size - 3) != take(frame + size - 2, 2)) {
            at++;
            continue;
        }
        uint8_t out[256] = {0x4D, 0, frame[2], 0};
        uint8_t *end = answer(frame + 2, frame[1], out + 4);
        out[3] = end == NULL ? 0xFF : (uint8_t)(frame[3] | 0x80);
        end = end == NULL ? out + 4 : end;
        out[1] = (uint8_t)(end - out - 2);
        end = put(end, crc16(out + 1, (size_t)(end - out - 1)), 2);
        if (write(fd, out, (size_t)(end - out)) != end - out) {
            return 0;
        }
        at += size;
    }
    memmove(line->bytes, line->bytes + at, line->count - at);
    line->count -= at;
    return 1;
}

static int listen_on_loopback(int *port) {
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t size = sizeof address;
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    if (fd < 0 || bind(fd, (struct sockaddr *)&address, size) != 0 || listen(fd, 50) != 0 ||
        getsockname(fd, (struct sockaddr *)&address, &size) != 0) {
        return -1;
    }
    *port = ntohs(address.sin_port);
    return fd;
}

static int open_serial(const char *device) {
    struct termios settings;
    int fd = open(device, O_RDWR | O_NOCTTY);
    if (fd < 0 || tcgetattr(fd, &settings) != 0) {
        return -1;
    }
    cfmakeraw(&settings);
    return tcsetattr(fd, TCSANOW, &settings) == 0 ? fd : -1;
}

int main(int argc, char **argv) {
    int port = 0;
    signal(SIGPIPE, SIG_IGN);
    int is_tcp = argc == 2 && strcmp(argv[1], "tcp") == 0;
    int first = is_tcp ? listen_on_loopback(&port) : argc == 3 ? open_serial(argv[2]) : -1;
    if (first < 0) {
        perror("meter: cannot start");
        return 1;
    }
    fd_set all;
    FD_ZERO(&all);
    FD_SET(STDIN_FILENO, &all);
    FD_SET(first, &all);
    printf("%d\n", port);
    fflush(stdout);
    for (;;) {
        fd_set ready = all;
        if (select(FD_SETSIZE, &ready, NULL, NULL, NULL) < 0) {
            perror("meter: cannot wait");
            return 1;
        }
        for (int fd = 0; fd < FD_SETSIZE; fd++) {
            if (!FD_ISSET(fd, &ready)) {
                continue;
            }
            if (fd == STDIN_FILENO) {
                char byte;
                if (read(fd, &byte, 1) <= 0) {
                    return 0;
                }
            } else if (is_tcp && fd == first) {
                int one = 1;
                int next = accept(fd, NULL, NULL);
                if (next >= FD_SETSIZE) {
                    close(next);
                } else if (next >= 0) {
                    setsockopt(next, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
                    lines[next].count = 0;
                    FD_SET(next, &all);
                }
            } else if (!serve(fd) && is_tcp) {
                close(fd);
                FD_CLR(fd, &all);
            }
        }
    }
}

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A Modbus device for tests, made of libmodbus. Usage: peer tcp | peer rtu DEVICE
 * It has unit 1, 500 of each: coils, discrete inputs, input registers, holding registers, from address 0 on. Input register n
 * has the value 1000 + n, every third discrete input is on, holding registers and coils begin with 0.
 * It prints the TCP port (0 for rtu) when it is ready, and ends when its standard input does.
 */
#include <errno.h>
#include <modbus.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <sys/select.h>
#include <unistd.h>

#define COUNT 500

static modbus_mapping_t *make_mapping(void) {
    modbus_mapping_t *mapping = modbus_mapping_new(COUNT, COUNT, COUNT, COUNT);
    if (mapping != NULL) {
        for (int i = 0; i < COUNT; i++) {
            mapping->tab_input_registers[i] = (uint16_t)(1000 + i);
            mapping->tab_input_bits[i] = i % 3 == 0;
        }
    }
    return mapping;
}

static int fail(const char *what) {
    fprintf(stderr, "peer: %s: %s\n", what, modbus_strerror(errno));
    return 1;
}

static int port_of(int listener) {
    struct sockaddr_in address;
    socklen_t size = sizeof(address);
    return getsockname(listener, (struct sockaddr *)&address, &size) == 0 ? ntohs(address.sin_port) : -1;
}

/* Answers one request; returns 0 when the connection is over. */
static int answer(modbus_t *ctx, int fd, modbus_mapping_t *mapping) {
    uint8_t query[MODBUS_TCP_MAX_ADU_LENGTH];
    modbus_set_socket(ctx, fd);
    int length = modbus_receive(ctx, query);
    if (length > 0) {
        modbus_reply(ctx, query, length, mapping);
    } else if (length == -1) {
        /* After a request to another unit libmodbus takes the next frame for that unit's answer and is out of step. */
        modbus_flush(ctx);
    }
    return length != -1;
}

int main(int argc, char **argv) {
    int is_tcp = argc > 1 && strcmp(argv[1], "tcp") == 0;
    modbus_t *ctx = is_tcp ? modbus_new_tcp("127.0.0.1", 0)
                           : modbus_new_rtu(argc > 2 ? argv[2] : "", 19200, 'N', 8, 1);
    modbus_mapping_t *mapping = make_mapping();
    if (ctx == NULL || mapping == NULL) {
        return fail("cannot start");
    }
    modbus_set_slave(ctx, 1);
    int listener = -1;
    fd_set all;
    FD_ZERO(&all);
    FD_SET(STDIN_FILENO, &all);
    if (is_tcp) {
        listener = modbus_tcp_listen(ctx, 50);
        if (listener < 0) {
            return fail("cannot listen");
        }
        FD_SET(listener, &all);
    } else {
        if (modbus_connect(ctx) != 0) {
            return fail("cannot open the port");
        }
        FD_SET(modbus_get_socket(ctx), &all);
    }
    printf("%d\n", is_tcp ? port_of(listener) : 0);
    fflush(stdout);
    for (;;) {
        fd_set ready = all;
        if (select(FD_SETSIZE, &ready, NULL, NULL, NULL) < 0) {
            return fail("cannot wait");
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
            } else if (fd == listener) {
                int next = modbus_tcp_accept(ctx, &listener);
                if (next >= 0) {
                    FD_SET(next, &all);
                }
            } else if (!answer(ctx, fd, mapping) && is_tcp) {
                close(fd);
                FD_CLR(fd, &all);
            }
        }
    }
}

/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.karaf.itests;

import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A Modbus TCP device on loopback for the distribution's tests, with the least that shows that data goes on: every input register
 * says how often one was asked for. The protocol itself is tested against libmodbus in device-drivers/modbus.
 */
final class ModbusPeer implements AutoCloseable {

    private static final int READ_INPUT = 4;
    private static final int EXCEPTION_BIT = 0x80;
    private static final int ILLEGAL_FUNCTION = 1;

    private final ServerSocket server;
    private final AtomicInteger asked = new AtomicInteger();
    private final AtomicInteger connections = new AtomicInteger();

    ModbusPeer() throws IOException {
        server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        start(this::accept);
    }

    private static void start(Runnable work) {
        Thread thread = new Thread(work, "modbus-peer");
        thread.setDaemon(true);
        thread.start();
    }

    int port() {
        return server.getLocalPort();
    }

    /** Returns how many connections were made so far. */
    int connections() {
        return connections.get();
    }

    private void accept() {
        while (!server.isClosed()) {
            try {
                Socket socket = server.accept();
                connections.incrementAndGet();
                start(() -> serve(socket));
            } catch (IOException e) {
                if (!server.isClosed()) {
                    throw new UncheckedIOException("the Modbus peer cannot listen", e);
                }
            }
        }
    }

    private void serve(Socket socket) {
        try (socket;
                DataInputStream in = new DataInputStream(socket.getInputStream());
                DataOutputStream out = new DataOutputStream(socket.getOutputStream())) {
            int first = in.read();
            while (first >= 0) {
                int transaction = (first << 8) | in.readUnsignedByte();
                in.readUnsignedShort();
                byte[] rest = in.readNBytes(in.readUnsignedShort());
                out.write(answer(transaction, rest));
                out.flush();
                first = in.read();
            }
        } catch (IOException e) {
            if (!server.isClosed() && !socket.isClosed()) {
                throw new UncheckedIOException("the Modbus peer failed", e);
            }
        }
    }

    private byte[] answer(int transaction, byte[] request) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        DataOutputStream out = new DataOutputStream(bytes);
        int count = (Byte.toUnsignedInt(request[4]) << 8) | Byte.toUnsignedInt(request[5]);
        boolean isRead = request[1] == READ_INPUT;
        out.writeShort(transaction);
        out.writeShort(0);
        out.writeShort(isRead ? 3 + 2 * count : 3);
        out.writeByte(request[0]);
        if (isRead) {
            out.writeByte(READ_INPUT);
            out.writeByte(2 * count);
            int value = asked.incrementAndGet();
            for (int i = 0; i < count; i++) {
                out.writeShort(value);
            }
        } else {
            out.writeByte(request[1] | EXCEPTION_BIT);
            out.writeByte(ILLEGAL_FUNCTION);
        }
        return bytes.toByteArray();
    }

    @Override
    public void close() throws IOException {
        server.close();
    }
}

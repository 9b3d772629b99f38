/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.karaf.itests;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** A device that speaks the lines of the template for drivers: {@code ?NAME} and {@code NAME=VALUE}. */
final class LineDevice implements AutoCloseable {

    private final ServerSocket server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    private final Map<String, String> values =
            new ConcurrentHashMap<>(Map.of("id", "oven-7", "temp", "21.5", "setpoint", "20"));

    /** Listens on a free port of loopback. */
    LineDevice() throws IOException {
        start(this::accept);
    }

    private static void start(Runnable work) {
        Thread thread = new Thread(work, "line-device");
        thread.setDaemon(true);
        thread.start();
    }

    private void accept() {
        while (!server.isClosed()) {
            try {
                Socket socket = server.accept();
                start(() -> answer(socket));
            } catch (IOException e) {
                // Closed: the loop ends.
                return;
            }
        }
    }

    private void answer(Socket socket) {
        try (socket;
                BufferedReader lines =
                        new BufferedReader(new InputStreamReader(socket.getInputStream(), StandardCharsets.US_ASCII))) {
            OutputStream out = socket.getOutputStream();
            for (String line = lines.readLine(); line != null && !server.isClosed(); line = lines.readLine()) {
                out.write((answer(line) + "\r\n").getBytes(StandardCharsets.US_ASCII));
            }
        } catch (IOException e) {
            // The driver has gone, as it may.
            return;
        }
    }

    private String answer(String line) {
        int sign = line.indexOf('=');
        String name = line.startsWith("?") ? line.substring(1) : line.substring(0, Math.max(0, sign));
        if (!values.containsKey(name)) {
            return name + "!unknown";
        }
        if (sign > 0) {
            if (!name.equals("setpoint")) {
                return name + "!readonly";
            }
            values.put(name, line.substring(sign + 1));
        }
        return name + "=" + values.get(name);
    }

    String endpoint() {
        return "tcp:127.0.0.1:" + server.getLocalPort();
    }

    /** Returns a value as it was written. */
    String value(String name) {
        return values.getOrDefault(name, "");
    }

    void set(String name, String value) {
        values.put(name, value);
    }

    @Override
    public void close() throws IOException {
        server.close();
    }
}

/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.karaf.itests;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;

/** The TCP sockets on which a process listens, as the Linux kernel tells. */
final class Listeners {

    private static final String LISTENING = "0A";
    private static final Set<String> LOOPBACK =
            Set.of("0100007F", "00000000000000000000000001000000", "0000000000000000FFFF00000100007F");

    private Listeners() {}

    /** Returns each listener as {@code address:port}, the address as the kernel writes it. */
    static List<String> of(long pid) throws IOException {
        Set<String> own = new TreeSet<>();
        try (Stream<Path> handles = Files.list(Path.of("/proc/" + pid + "/fd"))) {
            for (Path handle : handles.toList()) {
                String target = Files.isSymbolicLink(handle)
                        ? Files.readSymbolicLink(handle).toString()
                        : "";
                if (target.startsWith("socket:[")) {
                    own.add(target.substring("socket:[".length(), target.length() - 1));
                }
            }
        }
        List<String> found = new ArrayList<>();
        for (String table : List.of("tcp", "tcp6")) {
            List<String> lines = Files.readAllLines(Path.of("/proc/" + pid + "/net/" + table));
            for (String line : lines.subList(1, lines.size())) {
                String[] cells = line.trim().split("\\s+", -1);
                if (cells[3].equals(LISTENING) && own.contains(cells[9])) {
                    found.add(cells[1]);
                }
            }
        }
        return found;
    }

    static boolean isLoopback(String listener) {
        return LOOPBACK.contains(listener.substring(0, listener.indexOf(':')));
    }
}

/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.connectors.mqtt.sparkplug;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Numbers of connections. */
class ConnectCountTest {

    @TempDir
    Path folder;

    @Test
    void theyGoOnAfterARestartAndBeginAgainAfter255() throws IOException {
        Optional<Path> file = Optional.of(folder.resolve("count"));
        ConnectCount first = new ConnectCount(file);
        assertEquals(0, first.getAsInt());
        assertEquals(1, first.getAsInt());
        assertEquals(2, new ConnectCount(file).getAsInt());
        Files.write(file.get(), new byte[] {(byte) 254});
        ConnectCount late = new ConnectCount(file);
        assertEquals(255, late.getAsInt());
        assertEquals(0, late.getAsInt());
    }

    @Test
    void withoutAFileOrWithADamagedOneTheyBeginWith0() throws IOException {
        assertEquals(0, new ConnectCount(Optional.empty()).getAsInt());
        Path empty = Files.write(folder.resolve("empty"), new byte[0]);
        assertEquals(0, new ConnectCount(Optional.of(empty)).getAsInt());
        // A folder can be neither read nor written.
        ConnectCount odd = new ConnectCount(Optional.of(folder));
        assertEquals(0, odd.getAsInt());
        assertEquals(1, odd.getAsInt());
    }
}

/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.wasm.abi;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Endpoints against their golden vectors: what is opened is what was granted, and there is one way to write it. */
class EndpointTest {

    static Stream<String> vectors() throws IOException {
        try (InputStream in = Objects.requireNonNull(Endpoint.class.getResourceAsStream("golden-endpoints.txt"))) {
            String text = new String(in.readAllBytes(), StandardCharsets.UTF_8);
            return text.lines().filter(l -> !l.startsWith("#"));
        }
    }

    @ParameterizedTest
    @MethodSource("vectors")
    void anEndpointHasTheNameOfTheVectorOrIsRefused(String line) {
        String[] parts = line.split(" \\| ", -1);
        if (parts[1].equals("-")) {
            IllegalArgumentException refused =
                    assertThrows(IllegalArgumentException.class, () -> Endpoint.parse(parts[0]));
            assertTrue(refused.getMessage().contains(parts[0]), refused.getMessage());
        } else {
            assertEquals(parts[1], Endpoint.parse(parts[0]).grantName());
        }
    }

    @Test
    void aSerialPortHasSettingsAndDefaults() {
        assertEquals(
                new Endpoint.Serial("/dev/ttyS0", 19_200, 8, "even", 1),
                Endpoint.parse("serial:/dev/ttyS0?baud=19200&parity=even"));
        assertEquals(
                "serial:/dev/ttyS0?baud=9600&data=8&parity=none&stop=1",
                Endpoint.parse("serial:/dev/ttyS0").toString());
    }
}

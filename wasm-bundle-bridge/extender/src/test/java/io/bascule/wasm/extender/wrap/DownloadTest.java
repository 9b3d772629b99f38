/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.wasm.extender.wrap;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.bascule.wasm.extender.ModuleServer;
import java.io.IOException;
import java.net.URL;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Every way in which a web server can fail to deliver a module. */
@Timeout(60)
class DownloadTest {

    private static final int MAX = 100_000;
    private static final byte[] CONTENT = new byte[50_000];

    /** A busy machine must not look like a slow server. */
    private static final Duration PATIENCE = Duration.ofSeconds(25);

    private ModuleServer server;

    @BeforeEach
    void start() throws IOException {
        server = new ModuleServer();
        server.serve(CONTENT);
    }

    @AfterEach
    void stop() {
        server.close();
    }

    private String refusal() {
        return refusal(new Download(PATIENCE, PATIENCE));
    }

    private String refusal(Download download) {
        IOException refused = assertThrows(IOException.class, () -> download.read(server.toUrl(), MAX));
        assertTrue(refused.getMessage().startsWith("'" + server.url() + "' was not read: "), refused.getMessage());
        return refused.getMessage().substring(server.url().length() + 2);
    }

    @Test
    void readsAllOfIt() throws IOException {
        Download download = new Download(PATIENCE, PATIENCE);
        assertArrayEquals(CONTENT, download.read(server.toUrl(), MAX));
        assertArrayEquals(CONTENT, download.read(server.toUrl(), CONTENT.length));
    }

    @Test
    void tellsTheCodeOfAnAnswerOtherThanOk() {
        server.notFound();
        assertEquals(
                " was not read: the server answered 404 Not Found where 200 is expected; check the address", refusal());
    }

    @Test
    void takesHalfAFileForNone() {
        server.truncated();
        assertEquals(" was not read: the server announced 50000 bytes and sent 25000; try again", refusal());
    }

    @Test
    void doesNotReadWhatIsAnnouncedAsTooLarge() {
        server.announcing(MAX + 1L);
        assertEquals(
                " was not read: it has 100001 bytes, at most 100000 bytes are taken; make it smaller or raise the limit",
                refusal());
    }

    @Test
    void endsWhenMoreComesThanIsTaken() {
        server.endless();
        assertEquals(
                " was not read: it has more, at most 100000 bytes are taken; make it smaller or raise the limit",
                refusal());
    }

    @Test
    void endsWhenTheServerSaysNothing() {
        server.silent();
        assertTrue(refusal(new Download(Duration.ofMillis(300), PATIENCE)).contains("sent nothing for 300 ms"));
    }

    @Test
    void endsWhenTheServerSendsAByteNowAndThen() {
        server.dripping(100);
        assertTrue(refusal(new Download(PATIENCE, Duration.ofMillis(500))).contains("bytes came within 500 ms"));
    }

    @Test
    void tellsThatNobodyAnswers() throws IOException {
        URL gone = server.toUrl();
        server.close();
        IOException refused = assertThrows(IOException.class, () -> new Download(PATIENCE, PATIENCE).read(gone, MAX));
        assertTrue(refused.getMessage().contains("nobody answers there"), refused.getMessage());
    }
}

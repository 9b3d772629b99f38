/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.access.shell;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonParser;
import io.bascule.api.security.Capability;
import io.bascule.api.security.Grant;
import io.bascule.api.security.NamePattern;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class GrantCommandsTest {

    private final FakeGrants grants = new FakeGrants();
    private final ShellHarness shell = new ShellHarness(grants);

    @AfterEach
    void close() {
        shell.close();
    }

    @Test
    void aGrantReachesTheRegistryWithItsPatterns() {
        assertTrue(shell.run("bascule:grant pid channel-write 'press1/*' line2/valve")
                .isOk());
        assertEquals(
                List.of(new Grant(
                        "pid",
                        Capability.CHANNEL_WRITE,
                        List.of(NamePattern.of("press1/*"), NamePattern.of("line2/valve")))),
                grants.list);
        String list = shell.run("bascule:grants").output();
        assertTrue(list.contains("channel-write  press1/* line2/valve"), list);
        assertEquals(
                1,
                JsonParser.parseString(shell.run("bascule:grants --json pid").output())
                        .getAsJsonArray()
                        .size());
    }

    @Test
    void aPatternThatIsMissingOrTooMuchIsRefused() {
        assertTrue(shell.run("bascule:grant pid channel-write").error().contains("needs at least one pattern"));
        assertTrue(shell.run("bascule:grant pid log 'a/*'").error().contains("takes no pattern"));
        assertTrue(shell.run("bascule:grant pid fly").error().contains("expected one of log, clock, emit"));
        assertTrue(grants.list.isEmpty());
    }

    @Test
    void aStoreThatFailsIsAPlainError() {
        grants.isReadOnly = true;
        assertEquals(
                "etc/grants.cfg cannot be written; make it writable",
                shell.run("bascule:grant pid log").error());
    }

    @Test
    void revokeSaysWhenThereWasNothingToRevoke() {
        shell.run("bascule:grant pid log");
        assertTrue(shell.run("bascule:revoke pid log").isOk());
        assertTrue(grants.list.isEmpty());
        assertTrue(shell.run("bascule:revoke pid log").error().contains("has no grant of its own"));
    }

    @Test
    void anEmptyListSaysHowToGrant() {
        assertTrue(shell.run("bascule:grants").output().contains("bascule:grant --help"));
    }
}

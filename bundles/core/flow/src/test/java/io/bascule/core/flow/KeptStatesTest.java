/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.core.flow;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.osgi.framework.Version;

class KeptStatesTest {

    private static final Version OLD = new Version(1, 0, 0);
    private static final Version NEW = new Version(2, 0, 0);

    private static byte[] state(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static List<String> offers(KeptStates kept, Version newcomer) {
        return kept.candidates(newcomer).stream()
                .map(bytes -> new String(bytes, StandardCharsets.UTF_8))
                .toList();
    }

    @Test
    void offersTheNewestStateToANewcomer() {
        KeptStates kept = KeptStates.NONE.with(OLD, state("old"), true);

        assertEquals(List.of("old"), offers(kept, NEW));
        assertEquals(List.of(), offers(KeptStates.NONE, NEW));
    }

    @Test
    void givesTheOldVersionItsOwnBackWhenNobodyTookItOver() {
        KeptStates kept = KeptStates.NONE.with(OLD, state("old"), true).with(NEW, state("from nothing"), true);

        assertEquals(List.of("old", "from nothing"), offers(kept, OLD));
    }

    @Test
    void givesTheOldVersionWhatWasMadeOfItsStateAndItsOwnOnlyIfItDoesNotTakeThat() {
        KeptStates kept =
                KeptStates.NONE.with(OLD, state("old"), true).takenOver().with(NEW, state("new"), true);

        assertEquals(List.of("new", "old"), offers(kept, OLD));
    }

    @Test
    void offersTheStateOfOneWhoStoodByToItselfOnly() {
        KeptStates kept = KeptStates.NONE.with(OLD, state("warm"), false);

        assertEquals(List.of(), offers(kept, NEW));
        assertEquals(List.of("warm"), offers(kept, OLD));
    }

    @Test
    void keepsOneStateForEachOfFourVersions() {
        KeptStates kept = KeptStates.NONE;
        for (int i = 0; i < 10; i++) {
            kept = kept.with(new Version(i % 6, 0, 0), state("s" + i), true);
        }

        assertEquals(List.of("s9"), offers(kept, new Version(9, 0, 0)));
        assertEquals(List.of("s7", "s9"), offers(kept, new Version(1, 0, 0)));
        assertEquals(List.of("s9"), offers(kept, new Version(5, 0, 0)), "the fifth is forgotten");
    }
}

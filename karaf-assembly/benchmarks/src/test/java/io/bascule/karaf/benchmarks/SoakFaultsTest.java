/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.karaf.benchmarks;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.bascule.testkit.Await;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(120)
class SoakFaultsTest {

    private static final SoakPlan.Span SHORT = new SoakPlan.Span(0, 1);

    private final List<String> done = Collections.synchronizedList(new ArrayList<>());

    private final class Told implements SoakFaults.Kind {
        private final String word;

        Told(String word) {
            this.word = word;
        }

        @Override
        public String word() {
            return word;
        }

        @Override
        public void begin(Random random) {
            done.add("begin " + word);
        }

        @Override
        public void end() throws IOException {
            done.add("end " + word);
            if (word.equals("broken")) {
                throw new IOException("it does not start again");
            }
        }
    }

    private SoakFaults faults(String... words) {
        List<SoakFaults.Kind> kinds = new ArrayList<>();
        for (String word : words) {
            kinds.add(new Told(word));
        }
        return new SoakFaults("press", kinds, new Random(5), SHORT, SHORT);
    }

    private List<String> first(int count) throws IOException, InterruptedException {
        done.clear();
        SoakFaults faults = faults("cut", "late", "killed");
        faults.start();
        Await.until("faults", () -> done.size() >= count);
        faults.end();
        return List.copyOf(done.subList(0, count));
    }

    @Test
    void theSameSeedGivesTheSameFaultsAndEachOneEnds() throws IOException, InterruptedException {
        List<String> once = first(20);
        assertEquals(once, first(20));
        assertEquals(0, done.size() % 2);
        for (int i = 0; i < done.size(); i += 2) {
            assertEquals(done.get(i).replace("begin", "end"), done.get(i + 1));
        }
    }

    @Test
    void aPartThatCannotBeMadeWholeAgainEndsTheSoak() {
        SoakFaults faults = faults("broken");
        faults.start();
        Await.until("the failure", () -> {
            try {
                faults.requireWell();
                return false;
            } catch (IOException e) {
                return true;
            }
        });
        IOException failure = assertThrows(IOException.class, faults::end);
        assertTrue(String.valueOf(failure.getMessage()).contains("press"), failure.toString());
        assertFalse(faults.done().isEmpty());
    }
}

/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.core.lifecycle;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.bascule.api.module.ModuleException;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(20)
class OperationsTest {

    private static final Duration SHORT = Duration.ofMillis(50);
    private static final Duration LONG = Duration.ofSeconds(10);

    private final Operations operations = new Operations();

    @AfterEach
    void close() {
        operations.close();
    }

    @Test
    void doesNotBeginASecondOperationOnAKeyUntilTheFirstHasReallyEnded() throws Exception {
        CountDownLatch stubborn = new CountDownLatch(1);
        ModuleException late = assertThrows(
                ModuleException.class,
                () -> operations.run("fir", "starting fir", SHORT, SHORT, () -> {
                    boolean isOpen = false;
                    while (!isOpen) {
                        try {
                            stubborn.await();
                            isOpen = true;
                        } catch (InterruptedException e) {
                            // Like a module that does not care.
                            isOpen = false;
                        }
                    }
                    return 1;
                }));
        assertTrue(String.valueOf(late.getMessage()).contains("did not end within 50 ms"), late::toString);

        ModuleException taken =
                assertThrows(ModuleException.class, () -> operations.run("fir", "stopping fir", SHORT, SHORT, () -> 2));
        assertTrue(
                String.valueOf(taken.getMessage()).contains("another operation on 'fir' still runs"),
                taken.getMessage());
        assertEquals(3, operations.run("iir", "starting iir", SHORT, LONG, () -> 3));

        stubborn.countDown();
        assertEquals(4, operations.run("fir", "stopping fir", LONG, LONG, () -> 4));
    }

    @Test
    void givesTheFailureOfTheOperationToItsCaller() {
        ModuleException e = assertThrows(
                ModuleException.class,
                () -> operations.run("fir", "starting fir", SHORT, LONG, () -> {
                    throw new IllegalStateException("broken");
                }));

        assertEquals("starting fir failed: java.lang.IllegalStateException: broken", e.getMessage());
    }
}

/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.driver.gpio.board;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/** What pulls an input to a level while nothing else does. */
public enum Pull {
    /** As the system has it. */
    NONE,
    /** A resistor to the supply. */
    UP,
    /** A resistor to ground. */
    DOWN;

    /** Returns the words people write. */
    public static List<String> words() {
        return Arrays.stream(values())
                .map(p -> p.name().toLowerCase(Locale.ROOT))
                .toList();
    }
}

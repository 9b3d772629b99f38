/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.driver.gpio;

import java.util.Arrays;
import java.util.List;

/** The library that reaches pins and buses. */
enum Backend {
    /** Pi4J without hardware: everything is in memory. */
    MOCK("mock", true),
    /** Pi4J with the files of the kernel in /sys and /dev. */
    PI4J_LINUXFS("pi4j-linuxfs", false),
    /** Pi4J with libgpiod for lines, files for the rest. */
    PI4J_GPIOD("pi4j-gpiod", true),
    /** diozero with the character devices of the kernel. */
    DIOZERO("diozero", true);

    private final String word;
    private final boolean canPull;

    Backend(String word, boolean canPull) {
        this.word = word;
        this.canPull = canPull;
    }

    /** Returns the word people write. */
    String word() {
        return word;
    }

    /** Returns whether it can set the resistors of inputs. */
    boolean canPull() {
        return canPull;
    }

    static List<String> words() {
        return Arrays.stream(values()).map(Backend::word).toList();
    }

    /** Returns the one with this word, which is one of {@link #words}. */
    static Backend of(String word) {
        return values()[words().indexOf(word)];
    }
}

/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.driver.gpio.pi4j;

import com.pi4j.context.Context;
import com.pi4j.io.i2c.I2C;
import io.bascule.driver.gpio.board.I2cBus;
import java.io.IOException;
import java.util.HashMap;
import java.util.Map;

/** An I2C bus by Pi4J, to which each chip is a thing of its own. */
final class Pi4jI2c implements I2cBus {

    private final Pi4jBoard board;
    private final Context context;
    private final int bus;
    private final Map<Integer, I2C> chips = new HashMap<>();

    Pi4jI2c(Pi4jBoard board, Context context, int bus) {
        this.board = board;
        this.context = context;
        this.bus = bus;
    }

    private String name(int chip) {
        return "I2C chip " + bus + String.format(".0x%02X", chip);
    }

    private I2C chip(int address) throws IOException {
        I2C present = chips.get(address);
        if (present != null) {
            return present;
        }
        I2C made = Pi4jFailures.translated(
                name(address),
                () -> context.create(I2C.newConfigBuilder(context)
                        .id("i2c" + address)
                        .bus(bus)
                        .device(address)
                        .build()));
        chips.put(address, made);
        return made;
    }

    @Override
    public byte[] writeRead(int address, byte[] command, int count) throws IOException {
        I2C chip = chip(address);
        byte[] answer = new byte[count];
        // A register of one byte has a method of its own; the other one wants two and more.
        int got = Pi4jFailures.translated(
                name(address),
                () -> command.length == 1
                        ? chip.readRegister(command[0] & 0xFF, answer, 0, count)
                        : chip.readRegister(command, answer, 0, count));
        requireAll(address, got, count);
        return answer;
    }

    private void requireAll(int address, int got, int count) throws IOException {
        if (got < count) {
            throw new IOException(name(address) + " answers with " + Math.max(0, got) + " bytes; expected " + count);
        }
    }

    @Override
    public void write(int address, byte[] bytes) throws IOException {
        I2C chip = chip(address);
        Pi4jFailures.translated(
                name(address),
                () -> bytes.length == 1
                        ? chip.write(bytes, 0, 1)
                        : chip.writeRegister(bytes[0] & 0xFF, bytes, 1, bytes.length - 1));
    }

    @Override
    public byte[] read(int address, int count) throws IOException {
        I2C chip = chip(address);
        byte[] answer = new byte[count];
        requireAll(address, Pi4jFailures.translated(name(address), () -> chip.read(answer, 0, count)), count);
        return answer;
    }

    @Override
    public void close() {
        chips.values().forEach(chip -> board.close(context, chip));
        chips.clear();
    }
}

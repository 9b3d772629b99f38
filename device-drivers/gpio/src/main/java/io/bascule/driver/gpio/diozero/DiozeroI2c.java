/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.driver.gpio.diozero;

import com.diozero.api.I2CConstants;
import com.diozero.api.I2CDeviceInterface.I2CMessage;
import com.diozero.internal.provider.builtin.i2c.NativeI2CDeviceSMBus;
import io.bascule.driver.gpio.board.I2cBus;
import java.io.IOException;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;

/**
 * An I2C bus by diozero. A register of one byte is asked for with the SMBus call for blocks, which every adapter knows, also those
 * of a kernel's test chips; anything else needs an adapter that speaks I2C itself.
 */
final class DiozeroI2c implements I2cBus {

    private static final int SMBUS_BLOCK_MAX = 32;

    private final int bus;
    private final Map<Integer, NativeI2CDeviceSMBus> chips = new HashMap<>();

    DiozeroI2c(int bus) {
        this.bus = bus;
    }

    private String name(int chip) {
        return "I2C chip " + bus + String.format(".0x%02X", chip);
    }

    @SuppressWarnings("NullAway") // The factory is only told of its close(), which is not called: closeDevice() is.
    private NativeI2CDeviceSMBus chip(int address) throws IOException {
        NativeI2CDeviceSMBus present = chips.get(address);
        if (present == null) {
            present = DiozeroBoard.translated(
                    name(address),
                    () -> new NativeI2CDeviceSMBus(
                            null, "i2c" + address, bus, address, I2CConstants.AddressSize.SIZE_7, false));
            chips.put(address, present);
        }
        return present;
    }

    @Override
    public byte[] writeRead(int address, byte[] command, int count) throws IOException {
        NativeI2CDeviceSMBus chip = chip(address);
        byte[] answer = new byte[count];
        if (command.length == 1 && count <= SMBUS_BLOCK_MAX) {
            requireAll(
                    address,
                    DiozeroBoard.translated(name(address), () -> chip.readI2CBlockData(command[0] & 0xFF, answer)),
                    count);
            return answer;
        }
        I2CMessage[] messages = {
            new I2CMessage(I2CMessage.I2C_M_WR, command.length), new I2CMessage(I2CMessage.I2C_M_RD, count)
        };
        byte[] buffer = Arrays.copyOf(command, command.length + count);
        DiozeroBoard.translated(name(address), () -> {
            chip.readWrite(messages, buffer);
            return true;
        });
        return Arrays.copyOfRange(buffer, command.length, buffer.length);
    }

    private void requireAll(int address, int got, int count) throws IOException {
        if (got < count) {
            throw new IOException(name(address) + " answers with " + Math.max(0, got) + " bytes; expected " + count);
        }
    }

    @Override
    public void write(int address, byte[] bytes) throws IOException {
        NativeI2CDeviceSMBus chip = chip(address);
        DiozeroBoard.translated(name(address), () -> {
            if (bytes.length > 1 && bytes.length <= SMBUS_BLOCK_MAX + 1) {
                chip.writeI2CBlockData(bytes[0] & 0xFF, Arrays.copyOfRange(bytes, 1, bytes.length));
            } else {
                chip.writeBytes(bytes);
            }
            return true;
        });
    }

    @Override
    public byte[] read(int address, int count) throws IOException {
        NativeI2CDeviceSMBus chip = chip(address);
        byte[] answer = new byte[count];
        requireAll(address, DiozeroBoard.translated(name(address), () -> chip.readBytes(answer)), count);
        return answer;
    }

    @Override
    public void close() {
        chips.values().forEach(NativeI2CDeviceSMBus::closeDevice);
        chips.clear();
    }
}

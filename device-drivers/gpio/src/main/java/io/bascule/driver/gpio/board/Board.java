/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.driver.gpio.board;

import java.io.IOException;

/**
 * The pins and buses of this computer, through one library. Everything that is opened from it is closed with it. Numbers are
 * those of the operating system: lines of the GPIO chip (on a Raspberry Pi the BCM number), {@code /dev/i2c-BUS},
 * {@code /dev/spidevBUS.CHIP}, {@code /sys/class/pwm/pwmchipCHIP}. Confined to the lane of its device.
 */
public interface Board extends AutoCloseable {

    /**
     * Opens a line as an input.
     *
     * @param line 0 and up
     * @param pull the resistor that is wanted
     * @throws IOException when there is no such line, it is in use, or this account may not use it
     */
    GpioPort input(int line, Pull pull) throws IOException;

    /**
     * Opens a line as an output.
     *
     * @param line 0 and up
     * @param high the level with which it begins
     * @throws IOException when there is no such line, it is in use, or this account may not use it
     */
    GpioPort output(int line, boolean high) throws IOException;

    /**
     * Opens a PWM channel. It begins with a duty cycle of 0.
     *
     * @param chip number of the PWM chip
     * @param channel number of the channel of that chip
     * @param hertz frequency, 1 and up
     * @throws IOException when there is no such channel, it is in use, or this account may not use it
     */
    PwmChannel pwm(int chip, int channel, int hertz) throws IOException;

    /**
     * Opens a bus.
     *
     * @param bus its number
     * @throws IOException when there is no such bus or this account may not use it
     */
    I2cBus i2c(int bus) throws IOException;

    /**
     * Opens a device on an SPI bus.
     *
     * @param bus its number
     * @param chip number of the chip select
     * @param mode clock polarity and phase, 0 to 3
     * @param hertz clock, 1 and up
     * @throws IOException when there is no such device or this account may not use it
     */
    SpiDevice spi(int bus, int chip, int mode, int hertz) throws IOException;

    /** Closes everything. Throws nothing; closing twice does nothing. */
    @Override
    void close();
}

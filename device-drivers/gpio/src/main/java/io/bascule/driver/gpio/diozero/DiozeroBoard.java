/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.driver.gpio.diozero;

import com.diozero.api.GpioEventTrigger;
import com.diozero.api.GpioPullUpDown;
import com.diozero.api.SpiClockMode;
import com.diozero.internal.provider.builtin.gpio.GpioChip;
import com.diozero.internal.provider.builtin.gpio.GpioLine;
import com.diozero.internal.provider.builtin.spi.NativeSpiDevice;
import com.diozero.util.DiozeroScheduler;
import com.diozero.util.LibraryLoader;
import io.bascule.driver.gpio.board.Board;
import io.bascule.driver.gpio.board.GpioPort;
import io.bascule.driver.gpio.board.I2cBus;
import io.bascule.driver.gpio.board.Pull;
import io.bascule.driver.gpio.board.PwmChannel;
import io.bascule.driver.gpio.board.SpiDevice;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** A board by diozero. */
public final class DiozeroBoard implements Board {

    private static final Path DEVICES = Path.of("/", "dev");
    /** diozero's threads are one set for all boards and no daemons: the last board that is closed ends them. */
    private static final AtomicInteger OPEN = new AtomicInteger();

    private final Path chipFile;
    private @Nullable GpioChip chip;
    private boolean isOpen = true;

    /** A call that diozero makes into native code. */
    @FunctionalInterface
    interface NativeCall<T> {
        T call();
    }

    /**
     * Opens this computer's board.
     *
     * @param gpioChip number of the chip with the lines
     * @throws IOException when diozero's native code does not load here
     */
    public DiozeroBoard(int gpioChip) throws IOException {
        this.chipFile = DEVICES.resolve("gpiochip" + gpioChip);
        translated("diozero's native code", () -> {
            LibraryLoader.loadSystemUtils();
            return true;
        });
        OPEN.incrementAndGet();
    }

    /** Returns what {@code call} returns; its unchecked exceptions, and missing native code, are input and output that failed. */
    static <T> T translated(String what, NativeCall<T> call) throws IOException {
        try {
            return call.call();
        } catch (RuntimeException | LinkageError e) {
            throw new IOException(what + " does not work: " + (e.getMessage() == null ? e : e.getMessage()), e);
        }
    }

    private static void requireDevice(Path device) throws IOException {
        if (!Files.exists(device)) {
            throw new IOException("there is no " + device + " on this computer");
        }
        if (!Files.isReadable(device) || !Files.isWritable(device)) {
            throw new IOException("this account may not use " + device + "; make it a member of the device's group");
        }
    }

    private GpioChip chip() throws IOException {
        if (chip == null) {
            requireDevice(chipFile);
            chip = translated(chipFile.toString(), () -> GpioChip.openChip(chipFile.toString()));
            if (chip == null) {
                throw new IOException(chipFile + " cannot be opened");
            }
        }
        return chip;
    }

    @Override
    public GpioPort input(int line, Pull pull) throws IOException {
        GpioChip opened = chip();
        GpioPullUpDown resistor =
                switch (pull) {
                    case NONE -> GpioPullUpDown.NONE;
                    case UP -> GpioPullUpDown.PULL_UP;
                    case DOWN -> GpioPullUpDown.PULL_DOWN;
                };
        GpioLine input = translated(
                chipFile + " line " + line,
                () -> opened.provisionGpioInputDevice(line, resistor, GpioEventTrigger.BOTH));
        return new DiozeroPort(opened, input, chipFile + " line " + line);
    }

    @Override
    public GpioPort output(int line, boolean high) throws IOException {
        GpioChip opened = chip();
        GpioLine output =
                translated(chipFile + " line " + line, () -> opened.provisionGpioOutputDevice(line, high ? 1 : 0));
        return new DiozeroPort(opened, output, chipFile + " line " + line);
    }

    @Override
    public PwmChannel pwm(int chipNumber, int channel, int hertz) throws IOException {
        throw new IOException(
                "backend diozero has no PWM without the pin table of a known board; use pi4j-linuxfs for it");
    }

    @Override
    public I2cBus i2c(int bus) throws IOException {
        requireDevice(DEVICES.resolve("i2c-" + bus));
        return new DiozeroI2c(bus);
    }

    @Override
    public SpiDevice spi(int bus, int chipSelect, int mode, int hertz) throws IOException {
        Path device = DEVICES.resolve("spidev" + bus + "." + chipSelect);
        requireDevice(device);
        NativeSpiDevice spi = translated(
                device.toString(),
                () -> new NativeSpiDevice(bus, chipSelect, hertz, SpiClockMode.getByMode(mode), false));
        return new DiozeroSpi(spi, device.toString());
    }

    @Override
    public void close() {
        if (!isOpen) {
            return;
        }
        isOpen = false;
        if (chip != null) {
            chip.close();
            chip = null;
        }
        if (OPEN.decrementAndGet() == 0) {
            DiozeroScheduler.shutdownAll();
        }
    }
}

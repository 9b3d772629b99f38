/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.driver.gpio.pi4j;

import com.pi4j.Pi4J;
import com.pi4j.boardinfo.util.BoardInfoHelper;
import com.pi4j.context.Context;
import com.pi4j.io.IO;
import com.pi4j.io.gpio.digital.DigitalInput;
import com.pi4j.io.gpio.digital.DigitalOutput;
import com.pi4j.io.gpio.digital.DigitalState;
import com.pi4j.io.gpio.digital.PullResistance;
import com.pi4j.io.pwm.Pwm;
import com.pi4j.io.pwm.PwmType;
import com.pi4j.io.spi.Spi;
import com.pi4j.io.spi.SpiChipSelect;
import com.pi4j.plugin.gpiod.provider.gpio.digital.GpioDDigitalInputProviderImpl;
import com.pi4j.plugin.gpiod.provider.gpio.digital.GpioDDigitalOutputProviderImpl;
import com.pi4j.plugin.linuxfs.provider.gpio.digital.LinuxFsDigitalInputProviderImpl;
import com.pi4j.plugin.linuxfs.provider.gpio.digital.LinuxFsDigitalOutputProviderImpl;
import com.pi4j.plugin.linuxfs.provider.i2c.LinuxFsI2CProviderImpl;
import com.pi4j.plugin.linuxfs.provider.pwm.LinuxFsPwmProviderImpl;
import com.pi4j.plugin.linuxfs.provider.spi.LinuxFsSpiProviderImpl;
import com.pi4j.plugin.mock.provider.gpio.digital.MockDigitalInputProviderImpl;
import com.pi4j.plugin.mock.provider.gpio.digital.MockDigitalOutputProviderImpl;
import com.pi4j.plugin.mock.provider.i2c.MockI2CProviderImpl;
import com.pi4j.plugin.mock.provider.pwm.MockPwmProviderImpl;
import com.pi4j.plugin.mock.provider.spi.MockSpiProviderImpl;
import com.pi4j.provider.Provider;
import io.bascule.driver.gpio.board.Board;
import io.bascule.driver.gpio.board.GpioPort;
import io.bascule.driver.gpio.board.I2cBus;
import io.bascule.driver.gpio.board.Pull;
import io.bascule.driver.gpio.board.PwmChannel;
import io.bascule.driver.gpio.board.SpiDevice;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A board by Pi4J. Pi4J allows one number only once in a context, whatever it is the number of; so lines, each PWM chip, each SPI
 * bus and each I2C bus have a context of their own, made when it is first needed.
 */
public final class Pi4jBoard implements Board {

    /** Where the kernel shows GPIO lines. */
    static final Path GPIO_ROOT = Path.of("/", "sys", "class", "gpio");

    /** Where the kernel shows PWM chips. */
    static final Path PWM_ROOT = Path.of("/", "sys", "class", "pwm");

    private static final Logger LOG = LoggerFactory.getLogger(Pi4jBoard.class);
    private static final AtomicBoolean GPIOD_IN_USE = new AtomicBoolean();

    private final Function<Place, Provider<?, ?, ?>[]> providers;
    private final Map<Place, Context> contexts = new LinkedHashMap<>();
    private final Runnable atEnd;
    private boolean isOpen = true;

    /** What has a context. */
    record Place(Kind kind, int number) {}

    /** What there is on a board. */
    enum Kind {
        /** Lines. */
        LINES,
        /** A PWM chip. */
        PWM,
        /** An I2C bus. */
        I2C,
        /** An SPI bus. */
        SPI
    }

    private Pi4jBoard(Function<Place, Provider<?, ?, ?>[]> providers) {
        this(providers, () -> {});
    }

    private Pi4jBoard(Function<Place, Provider<?, ?, ?>[]> providers, Runnable atEnd) {
        this.providers = providers;
        this.atEnd = atEnd;
    }

    /** Opens a board without hardware. */
    public static Pi4jBoard mock() {
        return new Pi4jBoard(place -> switch (place.kind()) {
            case LINES -> all(new MockDigitalInputProviderImpl(), new MockDigitalOutputProviderImpl());
            case PWM -> all(new MockPwmProviderImpl());
            case I2C -> all(new MockI2CProviderImpl());
            case SPI -> all(new MockSpiProviderImpl());
        });
    }

    /**
     * Opens this computer's board, lines by the files in {@code /sys/class/gpio}.
     *
     * @throws IOException when the kernel has no such files
     */
    public static Pi4jBoard linuxFs() throws IOException {
        return linuxFs(GPIO_ROOT, PWM_ROOT);
    }

    static Pi4jBoard linuxFs(Path gpioRoot, Path pwmRoot) throws IOException {
        if (!Files.isDirectory(gpioRoot)) {
            throw new IOException("there is no folder " + gpioRoot
                    + ": this kernel shows no GPIO lines there; use backend" + " pi4j-gpiod or diozero");
        }
        return new Pi4jBoard(place -> place.kind() == Kind.LINES
                ? all(
                        new LinuxFsDigitalInputProviderImpl(gpioRoot.toString()),
                        new LinuxFsDigitalOutputProviderImpl(gpioRoot.toString()))
                : files(place, pwmRoot));
    }

    /**
     * Opens this computer's board, lines by libgpiod.
     *
     * @throws IOException when this is no Raspberry Pi, or another device has libgpiod: Pi4J has one chip for the process, which
     *     the first one to end would take away from the other
     */
    public static Pi4jBoard gpiod() throws IOException {
        if (!BoardInfoHelper.runningOnRaspberryPi()) {
            throw new IOException("Pi4J finds no Raspberry Pi; use backend diozero on another computer");
        }
        if (!GPIOD_IN_USE.compareAndSet(false, true)) {
            throw new IOException("another device uses backend pi4j-gpiod; put the channels of both into one device");
        }
        return new Pi4jBoard(
                place -> place.kind() == Kind.LINES
                        ? all(new GpioDDigitalInputProviderImpl(), new GpioDDigitalOutputProviderImpl())
                        : files(place, PWM_ROOT),
                () -> GPIOD_IN_USE.set(false));
    }

    private static Provider<?, ?, ?>[] files(Place place, Path pwmRoot) {
        return switch (place.kind()) {
            case PWM -> all(new LinuxFsPwmProviderImpl(pwmRoot.toString(), place.number()));
            case I2C -> all(new LinuxFsI2CProviderImpl());
            case SPI -> all(new LinuxFsSpiProviderImpl());
            case LINES -> throw new IllegalArgumentException("lines are chosen elsewhere");
        };
    }

    private static Provider<?, ?, ?>[] all(Provider<?, ?, ?>... some) {
        return some;
    }

    /** Returns the context of a place. */
    Context context(Place place) throws IOException {
        Context present = contexts.get(place);
        if (present != null) {
            return present;
        }
        Context made = Pi4jFailures.translated("Pi4J for " + place.kind(), () -> Pi4J.newContextBuilder()
                .noAutoDetect()
                .disableShutdownHook()
                .add(providers.apply(place))
                .build());
        contexts.put(place, made);
        return made;
    }

    @Override
    public GpioPort input(int line, Pull pull) throws IOException {
        Context context = context(new Place(Kind.LINES, 0));
        PullResistance resistance =
                switch (pull) {
                    case NONE -> PullResistance.OFF;
                    case UP -> PullResistance.PULL_UP;
                    case DOWN -> PullResistance.PULL_DOWN;
                };
        // Its own filter is off: the driver debounces alike with every back end.
        DigitalInput input = Pi4jFailures.translated(
                "line " + line,
                () -> context.create(DigitalInput.newConfigBuilder(context)
                        .id("in" + line)
                        .address(line)
                        .pull(resistance)
                        .debounce(0L)
                        .build()));
        return new Pi4jPort.Input(this, context, input, line);
    }

    @Override
    public GpioPort output(int line, boolean high) throws IOException {
        Context context = context(new Place(Kind.LINES, 0));
        DigitalOutput output = Pi4jFailures.translated(
                "line " + line,
                () -> context.create(DigitalOutput.newConfigBuilder(context)
                        .id("out" + line)
                        .address(line)
                        .initial(DigitalState.getState(high))
                        .build()));
        return new Pi4jPort.Output(this, context, output, line);
    }

    @Override
    public PwmChannel pwm(int chip, int channel, int hertz) throws IOException {
        Context context = context(new Place(Kind.PWM, chip));
        Pwm pwm = Pi4jFailures.translated(
                "PWM channel " + chip + "." + channel,
                () -> context.create(Pwm.newConfigBuilder(context)
                        .id("pwm" + channel)
                        .address(channel)
                        .pwmType(PwmType.HARDWARE)
                        .frequency(hertz)
                        .shutdown(0)
                        .build()));
        return new Pi4jPwm(this, context, pwm, hertz);
    }

    @Override
    public I2cBus i2c(int bus) throws IOException {
        return new Pi4jI2c(this, context(new Place(Kind.I2C, bus)), bus);
    }

    @Override
    public SpiDevice spi(int bus, int chip, int mode, int hertz) throws IOException {
        Context context = context(new Place(Kind.SPI, bus));
        Spi spi = Pi4jFailures.translated(
                "SPI device " + bus + "." + chip,
                () -> context.create(Spi.newConfigBuilder(context)
                        .id("spi" + chip)
                        .bus(bus)
                        .address(chip)
                        .chipSelect(SpiChipSelect.getByNumber(chip))
                        .mode(mode)
                        .baud(hertz)
                        .build()));
        return new Pi4jSpi(this, context, spi, bus, chip);
    }

    /** Lets go of one thing. */
    void close(Context context, IO<?, ?, ?> one) {
        if (!context.isShutdown()) {
            try {
                context.shutdown(one.id());
            } catch (RuntimeException e) {
                LOG.warn("{} was not closed well", one.id(), e);
            }
        }
    }

    @Override
    public void close() {
        for (Context context : contexts.values()) {
            try {
                context.shutdown();
            } catch (RuntimeException e) {
                LOG.warn("Pi4J was not closed well", e);
            }
        }
        contexts.clear();
        if (isOpen) {
            isOpen = false;
            atEnd.run();
        }
    }
}

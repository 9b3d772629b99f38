/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.driver.gpio;

import io.bascule.api.channel.driver.DeviceSettings;
import io.bascule.driver.gpio.board.Board;
import io.bascule.driver.gpio.diozero.DiozeroBoard;
import io.bascule.driver.gpio.pi4j.Pi4jBoard;
import java.io.IOException;
import java.time.Duration;

/** Makes drivers of configurations. */
final class GpioSettings {

    private static final int CHIP_MAX = 255;
    private static final long TIMEOUT_MILLIS = 1000;

    private GpioSettings() {}

    /** Makes the driver of a device; what is wrong is told to {@code settings}. */
    static GpioDriver driver(DeviceSettings settings) {
        return driver(settings, GpioSettings::open);
    }

    static GpioDriver driver(DeviceSettings settings, GpioDriver.Boards boards) {
        Backend backend = Backend.of(settings.word("backend", Backend.MOCK.word(), Backend.words()));
        int gpioChip = (int) settings.integer("gpioChip", 0, 0, CHIP_MAX);
        // The runtime reports what is wrong with the time limit; here any number will do.
        String timeout = settings.text("timeoutMillis", "");
        long millis = timeout.matches("[0-9]{1,7}") ? Math.max(1, Long.parseLong(timeout)) : TIMEOUT_MILLIS;
        return new GpioDriver(settings.text("device", ""), backend, gpioChip, Duration.ofMillis(millis), boards);
    }

    private static Board open(Backend backend, String device, int gpioChip) throws IOException {
        return switch (backend) {
            case MOCK -> Pi4jBoard.mock();
            case PI4J_LINUXFS -> Pi4jBoard.linuxFs();
            case PI4J_GPIOD -> Pi4jBoard.gpiod();
            case DIOZERO -> new DiozeroBoard(gpioChip);
        };
    }
}

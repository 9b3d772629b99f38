/* SPDX-License-Identifier: Apache-2.0 */
/**
 * Pins and buses by diozero: {@link io.bascule.driver.gpio.diozero.DiozeroBoard}, on any Linux, with the character devices of the
 * kernel. diozero's own factories are left out, because they are one for the process and want a known board. What it logs goes to
 * SLF4J through {@link io.bascule.driver.gpio.diozero.TinylogBridge}. Edges come on a thread of diozero; all else is confined to the
 * lane of the device.
 */
@NullMarked
package io.bascule.driver.gpio.diozero;

import org.jspecify.annotations.NullMarked;

/* SPDX-License-Identifier: Apache-2.0 */
/**
 * For the tests of drivers: the {@link io.bascule.testkit.driver.DriverContract} that each of them keeps to, a
 * {@link io.bascule.testkit.driver.FakeDriver} for the runtime's own tests, a {@link io.bascule.testkit.driver.FaultyDriver} that
 * spoils any driver on demand, and a {@link io.bascule.testkit.driver.FaultyProxy} that does the same to a network connection. All
 * are safe for use by any thread.
 */
@NullMarked
package io.bascule.testkit.driver;

import org.jspecify.annotations.NullMarked;

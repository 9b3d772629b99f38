/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.karaf.benchmarks;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.bascule.api.channel.Quality;
import io.bascule.api.channel.Value;
import io.bascule.api.channel.driver.Address;
import io.bascule.api.channel.driver.ChannelConfig;
import io.bascule.api.channel.driver.Deadline;
import io.bascule.api.channel.driver.DeviceSettings;
import io.bascule.api.channel.driver.Driver;
import io.bascule.api.channel.driver.DriverFactory;
import io.bascule.testkit.driver.RecordingSink;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;

/** The two drivers that are compared do the same: they read the same of one meter, and get the same answers to writes. */
class DriverTwinTest {

    private static final Duration LIMIT = Duration.ofSeconds(10);

    @Test
    void bothDriversSayTheSameOfOneMeter() throws Exception {
        boolean isPossible = CompiledPeer.isPossible();
        if (System.getenv("CI") == null) {
            Assumptions.assumeTrue(isPossible, "this test needs gcc; on Debian: apt-get install gcc libc6-dev");
        }
        try (CompiledPeer meter = CompiledPeer.start(CompiledPeer.METER);
                WasmMeterDriver wasm = new WasmMeterDriver()) {
            DriverFactory<JavaMeterDriver.Point> java = JavaMeterDriver::create;
            List<Object> said = said(wasm.drivers(), meter.endpoint());
            assertEquals(said, said(java, meter.endpoint()));
            assertEquals(List.of(Quality.GOOD, Quality.BAD_OUT_OF_RANGE, Quality.BAD_NOT_WRITABLE), said.get(0));
        }
    }

    private static <A extends Address> List<Object> said(DriverFactory<A> factory, String endpoint) throws Exception {
        Driver<A> driver = factory.create(new DeviceSettings(Map.of("endpoint", endpoint)));
        List<A> addresses = new ArrayList<>();
        IntStream.range(0, 45).forEach(i -> addresses.add(address(driver, i + ":f64")));
        for (String one : List.of("1007:i64", "1101:bool", "2003:f64:rw", "3000:f64", "4000:i64", "1008:f64")) {
            addresses.add(address(driver, one));
        }
        driver.connect(Deadline.after(LIMIT));
        try {
            A setpoint = addresses.get(47);
            List<Quality> answers = driver.write(
                    List.of(setpoint, setpoint, addresses.get(0)),
                    List.of(new Value.F64(12.25), new Value.F64(-1), new Value.F64(1)),
                    Deadline.after(LIMIT));
            RecordingSink sink = new RecordingSink();
            driver.plan(addresses, LIMIT).read(sink, Deadline.after(LIMIT));
            assertEquals(new Value.F64(12.25), sink.value(47));
            return List.of(answers, sink.batch(), Map.copyOf(sink.missing()));
        } finally {
            driver.disconnect();
        }
    }

    private static <A extends Address> A address(Driver<A> driver, String written) {
        return driver.address(new ChannelConfig("c", written, Map.of(), ""));
    }
}

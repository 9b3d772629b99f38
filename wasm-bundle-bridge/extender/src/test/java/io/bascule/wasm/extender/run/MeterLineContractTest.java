/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.wasm.extender.run;

import io.bascule.api.channel.driver.ConnectionState;
import io.bascule.api.channel.driver.DriverRuntime.RunningDevice;
import io.bascule.testkit.Await;
import io.bascule.testkit.driver.FaultyProxy;
import java.io.IOException;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Over a serial line: a pseudo terminal whose other end is the proxy. A line that is cut is an adapter that was pulled out. */
class MeterLineContractTest extends MeterContract {

    private PluggableLine line;

    @BeforeEach
    void plug() {
        line = new PluggableLine(directory.resolve("line"), proxy().port());
        line.plug();
    }

    @AfterEach
    void pull() {
        line.pull();
    }

    @Override
    String endpoint() {
        return "serial:" + directory.resolve("line") + "?baud=115200";
    }

    @Override
    protected void spoil(FaultyProxy.Fault fault) {
        super.spoil(fault);
        if (fault == FaultyProxy.Fault.CUT) {
            line.pull();
        } else {
            line.plug();
        }
    }

    @Test
    void aLineThatAnotherProgramHasSetDifferentlyHoldsNothingUp() throws IOException, InterruptedException {
        try (RunningDevice device = start("d", Map.of("timeoutMillis", IMPATIENT_MILLIS, "retryMinMillis", 10))) {
            Await.until("a good reading", () -> isGood("d"));
            line.letReadsBlock();
            spoil(FaultyProxy.Fault.DROP);
            Await.until("its loss", () -> device.figures().state() != ConnectionState.CONNECTED);
        }
    }

    @Override
    protected int connections() {
        return line.users();
    }
}

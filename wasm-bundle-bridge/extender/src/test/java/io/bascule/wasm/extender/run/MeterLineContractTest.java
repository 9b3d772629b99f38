/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.wasm.extender.run;

import io.bascule.testkit.driver.FaultyProxy;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

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

    @Override
    protected int connections() {
        return line.users();
    }
}

/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.wasm.extender.run;

import io.bascule.testkit.driver.FaultyProxy;

/** Over a serial line: a pseudo terminal whose other end is the proxy. A line that is cut is an adapter that was pulled out. */
class MeterLineContractTest extends MeterContract {

    private PluggableLine line;

    @Override
    String endpoint(FaultyProxy behind) {
        return "serial:" + directory.resolve("line") + "?baud=115200";
    }

    @Override
    void join(FaultyProxy spoiled) {
        if (line == null) {
            line = new PluggableLine(directory.resolve("line"), spoiled.port());
        }
        line.plug();
    }

    @Override
    void cut(FaultyProxy spoiled) {
        line.pull();
    }

    @Override
    int connections(FaultyProxy behind) {
        return line.users();
    }
}

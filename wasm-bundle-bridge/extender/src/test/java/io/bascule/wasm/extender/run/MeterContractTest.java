/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.wasm.extender.run;

import io.bascule.testkit.driver.FaultyProxy;

/** Over TCP: the proxy itself is the network. */
class MeterContractTest extends MeterContract {

    @Override
    String endpoint(FaultyProxy behind) {
        return "tcp:127.0.0.1:" + behind.port();
    }

    @Override
    void join(FaultyProxy spoiled) {
        // It lets connections through unless it cuts them.
    }

    @Override
    void cut(FaultyProxy spoiled) {
        // It does so by itself.
    }

    @Override
    int connections(FaultyProxy behind) {
        return behind.connections();
    }
}

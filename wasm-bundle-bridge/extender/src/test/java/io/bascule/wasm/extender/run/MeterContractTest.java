/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.wasm.extender.run;

/** Over TCP: the proxy itself is the network. */
class MeterContractTest extends MeterContract {

    @Override
    String endpoint() {
        return "tcp:127.0.0.1:" + proxy().port();
    }
}

/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.wasm.capabilities;

import io.bascule.api.security.Capability;
import io.bascule.wasm.abi.HostInterface;
import java.time.Instant;
import java.time.InstantSource;

/** Gateway time. A guest that may not know it is told 0, which is 1970. */
final class ClockCapability {

    private static final long NANOS_PER_SECOND = 1_000_000_000L;

    private final Permissions permissions;
    private final InstantSource clock;

    ClockCapability(Permissions permissions, InstantSource clock) {
        this.permissions = permissions;
        this.clock = clock;
    }

    void offer(Offers offers) {
        offers.add(HostInterface.CLOCK, "now", (guest, args) -> nowNanos());
    }

    long nowNanos() {
        if (!permissions.allows(Capability.CLOCK)) {
            return 0;
        }
        Instant now = clock.instant();
        return now.getEpochSecond() * NANOS_PER_SECOND + now.getNano();
    }
}

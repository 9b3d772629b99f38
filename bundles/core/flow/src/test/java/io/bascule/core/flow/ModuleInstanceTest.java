/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.core.flow;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.bascule.api.channel.Batch;
import io.bascule.api.channel.Quality;
import io.bascule.api.channel.Reading;
import io.bascule.api.channel.Value;
import io.bascule.api.module.ModuleException;
import io.bascule.api.module.spi.Output;
import io.bascule.api.module.spi.StageContext;
import io.bascule.testkit.FakeChannelRegistry;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class ModuleInstanceTest {

    private static final Batch MIXED = Batch.of(
            new Reading(1, new Value.F64(1), Quality.GOOD, 1),
            new Reading(2, new Value.Text("run"), Quality.GOOD, 2),
            new Reading(1, new Value.F64(3), Quality.GOOD, 3),
            new Reading(3, new Value.Bytes(new byte[] {4}), Quality.GOOD, 4),
            new Reading(1, new Value.I64(5), Quality.GOOD, 5));

    private final FakeModule module = new FakeModule("counter", "1.0.0");
    private final List<Batch> calls = new ArrayList<>();

    private ModuleInstance open() throws ModuleException {
        return ModuleInstance.open(
                new ModuleDirectory().add(1, module),
                new StageContext("f/work", StageContext.NO_CONFIG, Output.NOWHERE),
                new FakeChannelRegistry(),
                Clock.systemUTC());
    }

    /** The module makes one call all or nothing; split into several, a retry would repeat those that had passed. */
    @Test
    void aBatchWithTextBesideNumbersIsOneCallSoThatAFaultInItsMiddleRepeatsNothing() throws Exception {
        module.behaviour = (batch, instance) -> {
            calls.add(batch);
            if (calls.size() == 1) {
                throw new ModuleException("fails in the middle");
            }
        };
        ModuleInstance instance = open();

        assertThrows(ModuleException.class, () -> instance.accept(MIXED, new Frames()));
        instance.accept(MIXED, new Frames());

        assertEquals(List.of(MIXED, MIXED), calls);
        assertEquals(List.of(), module.instances.get(0).messages);
    }
}

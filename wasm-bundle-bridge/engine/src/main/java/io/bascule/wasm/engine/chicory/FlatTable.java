/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.wasm.engine.chicory;

import com.dylibso.chicory.runtime.Instance;
import com.dylibso.chicory.runtime.TableInstance;
import com.dylibso.chicory.wasm.types.Table;
import com.dylibso.chicory.wasm.types.TableLimits;
import io.bascule.wasm.engine.WasmException.TrapKind;

/**
 * A table with limits of its own: Chicory's grow would change those of the module, and with them every later instance. It
 * burns fuel for what is written to it. Confined to the thread inside the instance.
 */
final class FlatTable extends TableInstance {

    private final Meter meter;

    private FlatTable(Table table, int initialValue, Meter meter) {
        super(table, initialValue);
        this.meter = meter;
    }

    /**
     * Makes a table of the declared size.
     *
     * @param entriesMax the most entries it may have, whatever it declares
     */
    static FlatTable of(Table declared, int initialValue, long entriesMax, Meter meter) {
        long min = declared.limits().min();
        if (min > entriesMax) {
            throw new GuestStop(
                    TrapKind.MEMORY_BUDGET,
                    "a table of " + min + " entries; at most " + entriesMax + " are allowed",
                    null);
        }
        TableLimits own = new TableLimits(min, Math.min(declared.limits().max(), entriesMax));
        return new FlatTable(new Table(declared.elementType(), own), initialValue, meter);
    }

    @Override
    public int grow(int size, int value, Instance instance) {
        if (size < 0 || (long) size() + size > limits().max()) {
            return -1;
        }
        meter.charge(1 + size);
        return super.grow(size, value, instance);
    }

    @Override
    public void setRef(int index, int value, Instance instance) {
        meter.charge(1);
        super.setRef(index, value, instance);
    }
}

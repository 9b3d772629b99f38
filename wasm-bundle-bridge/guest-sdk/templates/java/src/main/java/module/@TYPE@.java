package module;

import io.bascule.guest.Batch;
import io.bascule.guest.Config;
import io.bascule.guest.Host;
import io.bascule.guest.Processor;
import io.bascule.guest.ProcessorModule;

/** Scales readings and raises an alert above a limit. Change it into what you need; README.md says how to build. */
public final class @TYPE@ implements Processor {
    private static final byte FORMAT = 1;
    private static final int WARNING = 2;

    private double factor = 1;
    private double limit = 100;
    private boolean above;

    public static void main(String[] args) {
        ProcessorModule.run(new @TYPE@());
    }

    @Override
    public void configure(Config config) {
        factor = config.number("factor", 1, -1e6, 1e6);
        limit = config.number("limit", 100, -1e9, 1e9);
    }

    @Override
    public int process(Batch batch) {
        for (int i = 0; i < batch.count(); i++) {
            if (batch.isUsable(i)) {
                double scaled = batch.value(i) * factor;
                batch.setValue(i, scaled);
                if (rises(scaled)) {
                    Host.alert(WARNING, batch.channel(i), batch.timeNanos(i), scaled, "above the limit");
                }
            }
        }
        return Host.emit(batch, batch.count());
    }

    /** True when the value has just risen above the limit. */
    private boolean rises(double value) {
        boolean wasAbove = above;
        above = value > limit;
        return above && !wasAbove;
    }

    @Override
    public byte[] snapshot() {
        return new byte[] {FORMAT, (byte) (above ? 1 : 0)};
    }

    @Override
    public boolean restore(byte[] state) {
        boolean known = state.length == 2 && state[0] == FORMAT;
        if (known) {
            above = state[1] != 0;
        }
        return known;
    }

    @Override
    public boolean test() {
        limit = 100;
        above = false;
        return !rises(99) && rises(101) && !rises(102) && !rises(50) && rises(101);
    }
}

/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.karaf.benchmarks;

import io.bascule.testkit.driver.FaultyProxy;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/** A Modbus device made of libmodbus in a process of its own, behind a proxy that spoils its connection. */
final class SoakStation implements AutoCloseable {

    private static final int DELAY_MILLIS_MAX = 1_500;

    private final SoakProcess device;
    private final FaultyProxy proxy;
    private final SoakFaults faults;

    SoakStation(Path program, int number, SoakPlan plan) throws IOException {
        String part = SoakPlan.STATION + number;
        device = new SoakProcess(program.toString(), "tcp");
        proxy = new FaultyProxy(startDevice(), plan.seed() + number);
        faults = new SoakFaults(part, kinds(), plan.chance(part), plan.stationRest(), plan.stationFault());
    }

    private int startDevice() throws IOException {
        return Integer.parseInt(device.startAndHear());
    }

    int port() {
        return proxy.port();
    }

    SoakFaults faults() {
        return faults;
    }

    private List<SoakFaults.Kind> kinds() {
        List<SoakFaults.Kind> kinds = new ArrayList<>();
        for (FaultyProxy.Fault fault : FaultyProxy.Fault.values()) {
            if (fault != FaultyProxy.Fault.NONE) {
                kinds.add(new OnTheWay(fault));
            }
        }
        kinds.add(new Silent());
        kinds.add(new Killed());
        return kinds;
    }

    private final class OnTheWay implements SoakFaults.Kind {
        private final FaultyProxy.Fault fault;

        OnTheWay(FaultyProxy.Fault fault) {
            this.fault = fault;
        }

        @Override
        public String word() {
            return switch (fault) {
                case DROP -> "bytes vanish";
                case DELAY -> "answers late";
                case CUT -> "connection cut";
                case GARBAGE -> "garbage";
                case HALF -> "half answers";
                case BYTEWISE -> "byte by byte";
                case NONE -> "none";
            };
        }

        @Override
        public void begin(Random random) {
            proxy.setDelayMillis(random.nextInt(DELAY_MILLIS_MAX));
            proxy.set(fault);
        }

        @Override
        public void end() {
            proxy.set(FaultyProxy.Fault.NONE);
        }
    }

    private final class Silent implements SoakFaults.Kind {
        @Override
        public String word() {
            return "device silent";
        }

        @Override
        public void begin(Random random) throws IOException, InterruptedException {
            device.suspend();
        }

        @Override
        public void end() throws IOException, InterruptedException {
            device.resume();
        }
    }

    private final class Killed implements SoakFaults.Kind {
        @Override
        public String word() {
            return "device killed";
        }

        @Override
        public void begin(Random random) throws InterruptedException {
            device.kill();
        }

        @Override
        public void end() throws IOException {
            proxy.setTarget(startDevice());
        }
    }

    @Override
    public void close() {
        proxy.close();
        device.close();
    }
}

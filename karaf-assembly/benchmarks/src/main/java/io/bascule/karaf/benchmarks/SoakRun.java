/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.karaf.benchmarks;

import com.google.gson.JsonObject;
import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;

/**
 * The distribution under mixed load while its devices and its broker fail by a schedule: what goes in is counted in the gateway, what comes
 * out is read from the disk and heard at the broker. One use.
 */
public final class SoakRun implements AutoCloseable {

    private static final int READY_SECONDS = 180;
    private static final int CONNECT_SECONDS = 180;
    private static final int SETTLE_SECONDS = 300;
    private static final int REST_SECONDS = 5;
    private static final int PROGRESS_SECONDS = 60;
    private static final String CONNECTED = "CONNECTED";

    private final SoakPlan plan;
    private final PrintStream progress;
    private final Gateway gateway;
    private final SoakLedger ledger = new SoakLedger();
    private final SoakBroker broker;
    private final SoakCommands commands;
    private final List<SoakStation> stations = new ArrayList<>();
    private final List<String> problems = new ArrayList<>();

    /** Nothing is left running, also when a person ends this early. */
    private final Thread atExit = new Thread(this::endAll, "soak-exit");

    /** Something that comes true. */
    private interface Condition {
        boolean holds() throws IOException;
    }

    /**
     * Makes everything ready; nothing runs yet but devices and broker.
     *
     * @param work an empty folder
     */
    public SoakRun(SoakPlan plan, Path work, PrintStream progress) throws IOException, InterruptedException {
        this.plan = plan;
        this.progress = progress;
        Runtime.getRuntime().addShutdownHook(atExit);
        Path folder = Files.createDirectories(work);
        Path program = CompiledPeer.compile(folder, CompiledPeer.MODBUS, "-I/usr/include/modbus", "-lmodbus");
        gateway = Gateway.unpack(folder.resolve("gateway"));
        broker = new SoakBroker(folder, plan, this::heard);
        commands = new SoakCommands(broker, plan);
        for (int i = 0; i < plan.stations(); i++) {
            stations.add(new SoakStation(program, i, plan));
        }
        SoakSetting.prepare(gateway, plan, broker.port());
    }

    private void heard(byte[] bytes, int start, int end) {
        JsonObject message = ledger.accept(bytes, start, end);
        if (message != null) {
            commands.arrived(message);
        }
    }

    /** Soaks, comes to rest, and says what came of it. */
    public SoakReport run() throws IOException, InterruptedException, SQLException {
        gateway.start();
        await("the flows run", READY_SECONDS, () -> figures().isReady());
        int devices = SoakSetting.addDevices(gateway, plan, stations);
        await("all devices are connected", CONNECT_SECONDS, () -> connected() == devices);
        progress.println("soak: " + devices + " devices, " + plan.seconds() + " s from now on, seed " + plan.seed());
        commands.start();
        broker.faults().start();
        stations.forEach(station -> station.faults().start());
        soak();
        broker.faults().stop();
        stations.forEach(station -> station.faults().stop());
        for (SoakStation station : stations) {
            station.faults().end();
        }
        broker.faults().end();
        SoakCommands.Account commanded = commands.end();
        SoakFigures healed = comeBack(devices);
        SoakSetting.removeDevices(gateway);
        SoakFigures rested = rest();
        gateway.close();
        SoakHistory history = SoakHistory.read(gateway.home().resolve("store/history.db"));
        SoakMemory memory = SoakMemory.read(plan, gateway.home());
        SoakAccount account = new SoakAccount(rested, ledger, history);
        problems.addAll(account.problems());
        problems.addAll(memory.problems());
        judge(healed, rested, commanded);
        return new SoakReport(
                text(account, memory, healed, rested, commanded),
                List.copyOf(problems),
                faults("").size());
    }

    private SoakFigures figures() throws IOException {
        if (!gateway.isAlive()) {
            throw new IOException(
                    "the gateway ended by itself; see " + gateway.home().resolve("data/log/karaf.log"));
        }
        return SoakFigures.read(gateway.home());
    }

    private long connected() throws IOException {
        return figures().states().values().stream().filter(CONNECTED::equals).count();
    }

    private void await(String what, int seconds, Condition condition) throws IOException, InterruptedException {
        for (int i = 0; !condition.holds(); i++) {
            if (i >= seconds) {
                throw new IOException("waited " + seconds + " s in vain until " + what + "; see "
                        + gateway.home().resolve("data/log/karaf.log"));
            }
            Bench.pause(1);
        }
    }

    private void soak() throws IOException, InterruptedException {
        long began = System.nanoTime();
        long told = 0;
        long seconds = 0;
        while (seconds < plan.seconds()) {
            Bench.pause(1);
            seconds = TimeUnit.NANOSECONDS.toSeconds(System.nanoTime() - began);
            broker.faults().requireWell();
            for (SoakStation station : stations) {
                station.faults().requireWell();
            }
            SoakFigures now = figures();
            if (seconds - told >= PROGRESS_SECONDS) {
                told = seconds;
                progress.println(String.format(
                        Locale.ROOT,
                        "soak: %d s, %d readings stored, %d messages heard, %d wait, %d faults, %d updates",
                        seconds,
                        now.number("store.stored"),
                        ledger.totals().messages(),
                        now.waiting(),
                        faults("").values().stream().mapToInt(Integer::intValue).sum(),
                        now.number(SoakProbe.UPDATES)));
            }
        }
    }

    /** Waits until every device answers again; which ones do not is a problem, and no reason to stop here. */
    private SoakFigures comeBack(int devices) throws IOException, InterruptedException {
        for (int i = 0; connected() < devices && i < CONNECT_SECONDS; i++) {
            Bench.pause(1);
        }
        // The values written last are scanned, and what was said about it is written.
        Bench.pause(REST_SECONDS);
        SoakFigures figures = figures();
        figures.states().forEach((device, state) -> {
            // What simulates disconnections by itself goes on with it.
            if (!state.equals(CONNECTED) && !device.startsWith(SoakPlan.FLAKY)) {
                problems.add("device " + device + " is " + state + " "
                        + (CONNECT_SECONDS + REST_SECONDS) + " s after its last fault: "
                        + figures.text("device." + device + ".reason"));
            }
        });
        return figures;
    }

    /** Waits until nothing moves any more. */
    private SoakFigures rest() throws IOException, InterruptedException {
        SoakFigures last = figures();
        long heard = ledger.totals().messages();
        int still = 0;
        for (int i = 0; i < SETTLE_SECONDS && still < REST_SECONDS; i++) {
            Bench.pause(1);
            SoakFigures now = figures();
            long heardNow = ledger.totals().messages();
            boolean isStill = now.isAlike(last)
                    && heardNow == heard
                    && now.waiting() == 0
                    && now.states().isEmpty();
            still = isStill ? still + 1 : 0;
            last = now;
            heard = heardNow;
        }
        if (still < REST_SECONDS) {
            problems.add("the gateway did not come to rest within " + SETTLE_SECONDS + " s: " + last.waiting()
                    + " batches or messages wait, devices " + last.states());
        }
        return last;
    }

    private void judge(SoakFigures healed, SoakFigures rested, SoakCommands.Account commanded) {
        for (int i = 0; i < plan.simulators(); i++) {
            String device = SoakPlan.NUMBERED + i;
            if (healed.number("device." + device + ".connections") != 1) {
                problems.add("device " + device + ", which has no faults, lost its connection");
            }
        }
        if (healed.ofDevices("faults") > 0) {
            problems.add(healed.ofDevices("faults") + " times a driver failed in a way it should not");
        }
        if (healed.ofDevices("dropped") > 0) {
            problems.add(healed.ofDevices("dropped") + " readings were told by devices and found their queue full");
        }
        if (rested.number(SoakProbe.UPDATES) == 0 || rested.number(SoakProbe.UPDATES_FAILED) > 0) {
            problems.add("of the module's updates " + rested.number(SoakProbe.UPDATES) + " went well and "
                    + rested.number(SoakProbe.UPDATES_FAILED) + " did not: " + rested.text(SoakProbe.UPDATE_FAILURE));
        }
        if (!commanded.problem().isEmpty()) {
            problems.add("commands: " + commanded.problem());
        }
        if (commanded.lastValue() < 0
                || !rested.text("last." + SoakCommands.CHANNEL).equals(Long.toString(commanded.lastValue()))) {
            problems.add("commands: the last one wrote " + commanded.lastValue() + " and " + SoakCommands.CHANNEL
                    + " is " + rested.text("last." + SoakCommands.CHANNEL));
        }
        if (faults("device: ").isEmpty() || faults("broker: ").isEmpty()) {
            problems.add("there were no faults of devices or of the broker: the soak was too short");
        }
    }

    /** Returns how many faults of each kind there were, those whose names begin with {@code beginning}. */
    private Map<String, Integer> faults(String beginning) {
        Map<String, Integer> all = new TreeMap<>();
        stations.forEach(station ->
                station.faults().done().forEach((kind, count) -> all.merge("device: " + kind, count, Integer::sum)));
        broker.faults().done().forEach((kind, count) -> all.merge("broker: " + kind, count, Integer::sum));
        all.keySet().removeIf(kind -> !kind.startsWith(beginning));
        return all;
    }

    private String text(
            SoakAccount account,
            SoakMemory memory,
            SoakFigures healed,
            SoakFigures rested,
            SoakCommands.Account commanded)
            throws IOException {
        StringBuilder faults = new StringBuilder("| fault | times |\n|---|---|\n");
        faults("").forEach((kind, count) -> faults.append("| ")
                .append(kind)
                .append(" | ")
                .append(count)
                .append(" |\n"));
        return String.format(
                        Locale.ROOT,
                        "%d s, seed %d: %d Modbus devices of libmodbus behind proxies, %d simulated devices with numbered"
                                + " readings, one that simulates faults, one that takes commands; mosquitto behind a proxy; a"
                                + " WebAssembly module between, updated %d times. Target: every accepted reading stored or"
                                + " counted, memory flat.%n%n",
                        plan.seconds(),
                        plan.seed(),
                        plan.stations(),
                        plan.simulators(),
                        rested.number(SoakProbe.UPDATES))
                + account.table()
                + "\n" + faults
                + String.format(
                        Locale.ROOT,
                        "%nDevices connected again %d times; at the end %s. Commands: %d, sent again %d times (%d times there was"
                                + " no broker), %d carried out, %d refused because the device was away.%n%n",
                        healed.ofDevices("connections"),
                        healed.states().values().stream()
                                        .filter(CONNECTED::equals)
                                        .count()
                                + " of " + healed.states().size() + " are connected",
                        commanded.commands(),
                        commanded.again(),
                        commanded.unsent(),
                        commanded.accepted(),
                        commanded.refused())
                + memory.table()
                + "\n" + SoakLog.read(gateway.home()).text();
    }

    private void endAll() {
        try {
            // Whoever made this may not have come to its end: then there is nobody who closes it but the exit.
            if (gateway != null) {
                gateway.close();
            }
            for (SoakStation station : stations) {
                station.close();
            }
            if (broker != null) {
                broker.close();
            }
        } catch (IOException e) {
            throw new UncheckedIOException("something of the soak is left running", e);
        }
    }

    @Override
    public void close() {
        Runtime.getRuntime().removeShutdownHook(atExit);
        endAll();
    }
}

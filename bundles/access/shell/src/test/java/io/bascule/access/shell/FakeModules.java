/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.access.shell;

import io.bascule.api.channel.Batch;
import io.bascule.api.channel.alert.Alert;
import io.bascule.api.module.ModuleDescriptor;
import io.bascule.api.module.ModuleException;
import io.bascule.api.module.ModuleKind;
import io.bascule.api.module.ModuleManager;
import io.bascule.api.module.ModuleState;
import io.bascule.api.module.ModuleStatus;
import io.bascule.api.module.World;
import io.bascule.api.module.spi.Decoder;
import io.bascule.api.module.spi.Module;
import io.bascule.api.module.spi.Processor;
import io.bascule.api.module.spi.StageContext;
import io.bascule.api.security.Capability;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** A module manager in memory. Its modules double readings, warn above 90 and decode frames of three bytes. */
final class FakeModules implements ModuleManager {

    final List<Entry> entries = new ArrayList<>();
    final List<String> calls = new ArrayList<>();
    final List<StageContext> contexts = new ArrayList<>();
    int closed;
    boolean isSelfTestFailing;

    void add(long bundle, String name, ModuleState state, String reason, Set<Capability> capabilities, String schema) {
        ModuleDescriptor descriptor = new ModuleDescriptor(
                name,
                "1.2.0",
                ModuleKind.WASM,
                World.PROCESSOR,
                "ab".repeat(32),
                "Says " + name,
                capabilities,
                schema,
                256,
                1);
        ModuleStatus status =
                new ModuleStatus(state, reason, 2, 1234, 5, "it divided by zero", 6, 7_500_000_000L, 131_072);
        entries.add(new Entry(bundle, "file:/modules/" + name + ".wasm", descriptor, status));
    }

    /** Makes the modules such that a deployment brought. */
    void manage() {
        entries.replaceAll(e ->
                new Entry(e.bundleId(), "bascule:" + e.descriptor().name() + "/1.2.0/ab", e.descriptor(), e.status()));
    }

    @Override
    public List<Entry> list() {
        return List.copyOf(entries);
    }

    @Override
    public Optional<Entry> find(String nameOrNumber) {
        return entries.stream()
                .filter(e -> e.descriptor().name().equals(nameOrNumber)
                        || Long.toString(e.bundleId()).equals(nameOrNumber))
                .findFirst();
    }

    @Override
    public Optional<Module> findService(String name) {
        return find(name).filter(e -> e.status().state() == ModuleState.READY).map(FakeModule::new);
    }

    @Override
    public Entry install(String url) throws ModuleException {
        calls.add("install " + url);
        if (url.contains("broken")) {
            throw new ModuleException("'" + url + "' is not a module: expected a WebAssembly file. Check the address.");
        }
        add(200, "fresh", ModuleState.INSTALLED, "", Set.of(), "");
        return entries.get(entries.size() - 1);
    }

    @Override
    public Entry start(String nameOrNumber) throws ModuleException {
        return change("start", nameOrNumber, ModuleState.READY);
    }

    @Override
    public Entry stop(String nameOrNumber) throws ModuleException {
        return change("stop", nameOrNumber, ModuleState.INSTALLED);
    }

    @Override
    public Entry update(String nameOrNumber, String url) throws ModuleException {
        return change(("update " + url).trim(), nameOrNumber, ModuleState.READY);
    }

    @Override
    public void uninstall(String nameOrNumber) throws ModuleException {
        entries.remove(change("uninstall", nameOrNumber, ModuleState.INSTALLED));
    }

    private Entry change(String call, String nameOrNumber, ModuleState state) throws ModuleException {
        calls.add(call + " " + nameOrNumber);
        Entry before = find(nameOrNumber).orElseThrow(() -> new ModuleException("There is no module " + nameOrNumber));
        Entry after = new Entry(before.bundleId(), before.location(), before.descriptor(), ModuleStatus.of(state, ""));
        entries.set(entries.indexOf(before), after);
        return after;
    }

    private final class FakeModule implements Module {
        private final Entry entry;

        FakeModule(Entry entry) {
            this.entry = entry;
        }

        @Override
        public ModuleDescriptor descriptor() {
            return entry.descriptor();
        }

        @Override
        public ModuleStatus status() {
            return entry.status();
        }

        @Override
        public Processor newProcessor(StageContext context) {
            contexts.add(context);
            return new FakeInstance(context);
        }

        @Override
        public Decoder newDecoder(StageContext context) {
            contexts.add(context);
            return new FakeInstance(context);
        }

        @Override
        public void selfTest() throws ModuleException {
            if (isSelfTestFailing) {
                throw new ModuleException("module 'trend-anomaly': self-test answered 3, expected 0");
            }
        }
    }

    private final class FakeInstance implements Processor, Decoder {
        private final StageContext context;

        FakeInstance(StageContext context) {
            this.context = context;
        }

        @Override
        public void process(Batch batch) {
            Batch.Builder doubled = Batch.builder(batch.size());
            for (int i = 0; i < batch.size(); i++) {
                double value = batch.asDouble(i);
                doubled.add(batch.channel(i), value * 2, batch.timeNanos(i));
                if (value > 90) {
                    context.output()
                            .alert(new Alert("fake", 500, "shell/input", batch.timeNanos(i), value, "above 90"));
                }
            }
            context.output().readings(doubled.build());
            context.output().message("fake/done", "ok\u001b[2J".getBytes(StandardCharsets.UTF_8));
        }

        @Override
        public int decode(byte[] data, long timeNanos) {
            return data.length < 3 ? 0 : 3;
        }

        @Override
        public void message(String topic, byte[] payload) {}

        @Override
        public void configure(String json) {}

        @Override
        public byte[] snapshot() {
            return new byte[0];
        }

        @Override
        public void restore(byte[] state) {}

        @Override
        public long timerDueNanos() {
            return NO_TIMER;
        }

        @Override
        public void runTimers() {}

        @Override
        public void close() {
            closed++;
        }
    }
}

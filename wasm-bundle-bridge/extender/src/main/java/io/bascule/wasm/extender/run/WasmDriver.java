/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.wasm.extender.run;

import io.bascule.api.channel.Batch;
import io.bascule.api.channel.Quality;
import io.bascule.api.channel.Reading;
import io.bascule.api.channel.RecordLayout;
import io.bascule.api.channel.Value;
import io.bascule.api.channel.driver.ChannelConfig;
import io.bascule.api.channel.driver.Deadline;
import io.bascule.api.channel.driver.Driver;
import io.bascule.api.channel.driver.DriverException;
import io.bascule.api.channel.driver.ReadPlan;
import io.bascule.api.module.ModuleException;
import io.bascule.wasm.abi.ReturnCode;
import io.bascule.wasm.engine.WasmException;
import io.bascule.wasm.engine.WasmException.Trap;
import io.bascule.wasm.engine.WasmException.TrapKind;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The driver of one device whose protocol is a guest. Each connection has an instance of its own, which ends with it and takes its
 * streams along; so nothing of a connection that failed is left for the next. A trap is a lost connection, and a fault of the
 * module. Confined to the lane of its device, but for {@link #close()} and {@link #memoryBytes()}.
 */
final class WasmDriver implements Driver<WasmAddress>, Tenant {

    private static final Logger LOG = LoggerFactory.getLogger(WasmDriver.class);

    private final WasmModule module;
    private final WasmDriverFactory factory;
    private final String config;
    private final String name;
    private volatile @Nullable DriverGuest guest;
    private volatile boolean isClosed;
    private volatile int memoryBytes;
    private boolean hasFailed;

    WasmDriver(WasmModule module, WasmDriverFactory factory, String config) {
        this.module = module;
        this.factory = factory;
        this.config = config;
        this.name = module.metadata().name();
    }

    /** A call into the guest. */
    interface Call {
        /** Calls and returns the guest's answer. */
        int on(GuestInstance guest) throws WasmException;
    }

    @Override
    public WasmAddress address(ChannelConfig channel) {
        return book().understand(channel.address());
    }

    private AddressBook book() {
        try {
            return factory.book(config);
        } catch (ModuleException e) {
            throw new IllegalArgumentException(String.valueOf(e.getMessage()), e);
        } catch (WasmException e) {
            throw new IllegalArgumentException("module '" + name + "' failed: " + e.getMessage(), e);
        }
    }

    @Override
    public ReadPlan plan(List<WasmAddress> addresses, Duration period) {
        int partMax = module.metadata().batchMax();
        List<List<WasmAddress>> parts = new ArrayList<>();
        int requests = 0;
        for (int from = 0; from < addresses.size(); from += partMax) {
            List<WasmAddress> part = List.copyOf(addresses.subList(from, Math.min(addresses.size(), from + partMax)));
            parts.add(part);
            requests += book().requests(part);
        }
        return new WasmPlan(this, parts, requests);
    }

    @Override
    public void connect(Deadline deadline) throws DriverException, InterruptedException {
        disconnect();
        if (isClosed || module.isClosed()) {
            throw new DriverException("module '" + name + "' is stopped; start it");
        }
        try {
            DriverGuest fresh = module.newDriverGuest(config);
            guest = fresh;
            memoryBytes = fresh.guest().memoryBytes();
            module.tracker().opened(this);
            if (isClosed) {
                // Closed by another thread in between.
                fresh.close();
            }
        } catch (WasmException e) {
            throw failed("its start", e);
        } catch (ModuleException e) {
            throw new DriverException(String.valueOf(e.getMessage()), e);
        }
        int millis = deadline.remainingMillis();
        call("connect", deadline, present -> present.connect(millis));
        present().guest().host().discard();
        if (hasFailed) {
            hasFailed = false;
            module.tracker().restarted();
        }
    }

    @Override
    public void disconnect() {
        DriverGuest present = guest;
        guest = null;
        memoryBytes = 0;
        if (present != null) {
            present.close();
            module.tracker().released(this);
        }
    }

    /**
     * Returns the instance of the present connection.
     *
     * @throws DriverException when there is none
     */
    DriverGuest present() throws DriverException {
        DriverGuest present = guest;
        if (present == null) {
            throw new DriverException("module '" + name + "' has no connection");
        }
        return present;
    }

    /**
     * Makes one call that may use byte streams until the deadline. What it emits stays with the instance.
     *
     * @return the answer, zero or above
     * @throws DriverException when the guest answered with an error, or failed
     */
    int call(String what, Deadline deadline, Call call) throws DriverException, InterruptedException {
        GuestInstance present = present().guest();
        long begun = System.nanoTime();
        present.host().beginIo(deadline.remainingNanos());
        int code;
        long waited;
        try {
            code = call.on(present);
        } catch (WasmException e) {
            throw failed(what, e);
        } finally {
            waited = present.host().endIo();
        }
        module.tracker().called(System.nanoTime() - begun - waited);
        memoryBytes = present.memoryBytes();
        if (code < 0) {
            throw refused(what, code);
        }
        return code;
    }

    /** The answer is an error: this connection is of no use any more. */
    private DriverException refused(String what, int code) throws DriverException {
        GuestInstance present = present().guest();
        String why = present.host().complaint();
        present.host().discard();
        return new DriverException("module '" + name + "' answered " + what + " with " + ReturnCode.describe(code)
                + (why.isEmpty() ? "" : ": " + why));
    }

    /** Discards the instance. A thread that was interrupted is no fault of the module. */
    private DriverException failed(String what, WasmException cause) throws InterruptedException {
        disconnect();
        if (cause instanceof Trap trap && trap.kind() == TrapKind.INTERRUPTED) {
            Thread.interrupted();
            InterruptedException interruption = new InterruptedException("interrupted during " + what);
            interruption.initCause(cause);
            throw interruption;
        }
        String why = "module '" + name + "' failed in " + what + ": " + cause.getMessage();
        if (!isClosed && !module.isClosed()) {
            hasFailed = true;
            LOG.warn("module={} a device's instance was discarded: {}", name, why);
            module.tracker().faulted(why);
        }
        return new DriverException(why, cause);
    }

    /** Makes sure that the instance knows the addresses. */
    DriverGuest knowing(List<WasmAddress> addresses) throws DriverException, InterruptedException {
        DriverGuest present = present();
        for (WasmAddress address : addresses) {
            if (present.number(address) == 0) {
                int code;
                try {
                    code = present.tell(address.text());
                } catch (WasmException e) {
                    throw failed("address", e);
                }
                if (code < 0) {
                    // It took it before, on an instance without a device. A fresh one knows what is in use and no more.
                    throw refused("address '" + address.text() + "'", code);
                }
            }
        }
        return present;
    }

    @Override
    public List<Quality> write(List<WasmAddress> addresses, List<Value> values, Deadline deadline)
            throws DriverException, InterruptedException {
        Quality[] answers = new Quality[addresses.size()];
        Arrays.fill(answers, Quality.BAD);
        int partMax = module.metadata().batchMax();
        int millis = Math.max(1, deadline.remainingMillis() / addresses.size());
        for (int from = 0; from < answers.length; from += partMax) {
            int to = Math.min(answers.length, from + partMax);
            byte[] records = records(addresses.subList(from, to), values.subList(from, to));
            call("write", deadline, g -> g.write(records, millis));
            boolean[] isAnswered = new boolean[answers.length];
            int start = from;
            present().guest().host().commit(new DriverOutput(batch -> {
                for (int i = 0; i < batch.size(); i++) {
                    answer(records, start, batch, i, answers, isAnswered);
                }
            }));
        }
        return Collections.unmodifiableList(Arrays.asList(answers));
    }

    private byte[] records(List<WasmAddress> addresses, List<Value> values)
            throws DriverException, InterruptedException {
        DriverGuest present = knowing(addresses);
        List<Reading> readings = new ArrayList<>();
        for (int i = 0; i < addresses.size(); i++) {
            readings.add(new Reading(present.number(addresses.get(i)), values.get(i), Quality.GOOD, 0));
        }
        byte[] records = new byte[readings.size() * RecordLayout.RECORD_BYTES];
        Batch.of(readings.toArray(new Reading[0])).copyRecords(0, readings.size(), records, 0);
        return records;
    }

    /** Takes an answer as that of the first value for its channel that has none. */
    private static void answer(
            byte[] records, int start, Batch batch, int at, Quality[] answers, boolean[] isAnswered) {
        int count = records.length / RecordLayout.RECORD_BYTES;
        for (int i = 0; i < count; i++) {
            int number = RecordLayout.getI32(records, i * RecordLayout.RECORD_BYTES + RecordLayout.CHANNEL);
            if (number == batch.channel(at) && !isAnswered[start + i]) {
                isAnswered[start + i] = true;
                answers[start + i] = batch.quality(at);
                return;
            }
        }
    }

    @Override
    public int memoryBytes() {
        return memoryBytes;
    }

    @Override
    public void close() {
        isClosed = true;
        DriverGuest present = guest;
        if (present != null) {
            present.close();
        }
        module.tracker().closed(this);
    }
}

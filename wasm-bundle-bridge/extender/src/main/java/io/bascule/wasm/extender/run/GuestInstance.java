/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.wasm.extender.run;

import io.bascule.api.channel.Batch;
import io.bascule.api.channel.RecordLayout;
import io.bascule.api.module.ModuleException;
import io.bascule.wasm.abi.GuestContract;
import io.bascule.wasm.abi.GuestExport;
import io.bascule.wasm.abi.ReturnCode;
import io.bascule.wasm.capabilities.GuestData;
import io.bascule.wasm.capabilities.InstanceHost;
import io.bascule.wasm.engine.CompiledModule;
import io.bascule.wasm.engine.GuestFunction;
import io.bascule.wasm.engine.WasmException;
import io.bascule.wasm.engine.WasmException.Trap;
import io.bascule.wasm.engine.WasmException.TrapKind;
import io.bascule.wasm.engine.WasmInstance;
import java.nio.charset.StandardCharsets;
import java.util.EnumMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The exports of one instance as Java calls. What is passed is placed by the guest's own allocator. Confined. */
final class GuestInstance implements AutoCloseable {

    private final String module;
    private final WasmInstance instance;
    private final InstanceHost host;
    private final Map<GuestExport, GuestFunction> functions = new EnumMap<>(GuestExport.class);
    private final GuestFunction realloc;
    private final @Nullable GuestFunction process;

    private GuestInstance(String module, CompiledModule compiled, InstanceHost host) throws WasmException {
        this.module = module;
        this.host = host;
        host.beginCall();
        this.instance = compiled.instantiate(host.functions());
        try {
            for (GuestExport export : GuestExport.values()) {
                instance.function(export.exportName(), GuestData.type(export.signature()))
                        .ifPresent(f -> functions.put(export, f));
            }
            this.realloc = require(GuestExport.CABI_REALLOC);
            this.process = functions.get(GuestExport.PROCESS);
        } catch (WasmException e) {
            instance.close();
            throw e;
        }
    }

    /**
     * Makes an instance and brings it to where it can be used.
     *
     * @param config the whole configuration
     * @throws WasmException when it traps on the way
     * @throws ModuleException when it refuses the configuration
     */
    static GuestInstance start(String module, CompiledModule compiled, InstanceHost host, String config)
            throws WasmException, ModuleException {
        GuestInstance guest = new GuestInstance(module, compiled, host);
        try {
            guest.initialize();
            int code = guest.configure(config);
            if (code < 0) {
                String why = host.complaint();
                throw new ModuleException("module '" + module + "' refuses its configuration with "
                        + ReturnCode.describe(code) + (why.isEmpty() ? "; its log lines say why" : ": " + why));
            }
            return guest;
        } catch (WasmException | ModuleException | RuntimeException e) {
            guest.close();
            throw e;
        }
    }

    private void initialize() throws WasmException {
        GuestFunction start = functions.containsKey(GuestExport.INITIALIZE)
                ? functions.get(GuestExport.INITIALIZE)
                : functions.get(GuestExport.START);
        if (start != null) {
            host.beginCall();
            start.call();
        }
    }

    private int configure(String config) throws WasmException {
        host.beginCall();
        byte[] json = config.getBytes(StandardCharsets.UTF_8);
        return (int) require(GuestExport.CONFIGURE).call(put(json), json.length);
    }

    InstanceHost host() {
        return host;
    }

    boolean has(GuestExport export) {
        return functions.containsKey(export);
    }

    int memoryBytes() {
        return instance.memory().sizeBytes();
    }

    int test() throws WasmException {
        host.beginCall();
        return (int) require(GuestExport.TEST).call();
    }

    /** Crosses with one copy: from the batch straight into the guest. */
    int process(Batch batch, int from, int count) throws WasmException {
        host.beginCall();
        int bytes = count * RecordLayout.RECORD_BYTES;
        int pointer = GuestData.allocate(instance, realloc, bytes);
        instance.memory().write(pointer, bytes, (array, at) -> batch.copyRecords(from, count, array, at));
        GuestFunction function = process;
        return (int) (function == null ? require(GuestExport.PROCESS) : function).call(pointer, count);
    }

    int decode(byte[] data, long timeNanos) throws WasmException {
        host.beginCall();
        return (int) require(GuestExport.DECODE).call(put(data), data.length, timeNanos);
    }

    int address(int channel, byte[] text) throws WasmException {
        host.beginCall();
        return (int) require(GuestExport.ADDRESS).call(channel, put(text), text.length);
    }

    int plan(byte[] records) throws WasmException {
        host.beginCall();
        return (int) require(GuestExport.PLAN).call(put(records), records.length / RecordLayout.RECORD_BYTES);
    }

    int connect(int timeoutMillis) throws WasmException {
        host.beginCall();
        return (int) require(GuestExport.CONNECT).call(timeoutMillis);
    }

    int poll(byte[] records, int timeoutMillis) throws WasmException {
        host.beginCall();
        return (int)
                require(GuestExport.POLL).call(put(records), records.length / RecordLayout.RECORD_BYTES, timeoutMillis);
    }

    int write(byte[] records, int timeoutMillis) throws WasmException {
        host.beginCall();
        return (int) require(GuestExport.WRITE)
                .call(put(records), records.length / RecordLayout.RECORD_BYTES, timeoutMillis);
    }

    int message(String topic, byte[] payload) throws WasmException {
        host.beginCall();
        byte[] name = topic.getBytes(StandardCharsets.UTF_8);
        int topicAt = put(name);
        return (int) require(GuestExport.MESSAGE).call(topicAt, name.length, put(payload), payload.length);
    }

    int timer(int id) throws WasmException {
        host.beginCall();
        return (int) require(GuestExport.TIMER).call(id);
    }

    int restore(byte[] state) throws WasmException {
        host.beginCall();
        return (int) require(GuestExport.RESTORE).call(put(state), state.length);
    }

    /** Returns the guest's own bytes; empty when it keeps no state. */
    byte[] snapshot() throws WasmException {
        GuestFunction function = functions.get(GuestExport.SNAPSHOT);
        if (function == null) {
            return new byte[0];
        }
        host.beginCall();
        int list = (int) function.call();
        int pointer = instance.memory().readI32(list);
        int length = instance.memory().readI32(list + Integer.BYTES);
        if (Integer.compareUnsigned(length, GuestContract.SNAPSHOT_BYTES_MAX) > 0) {
            throw new Trap(
                    TrapKind.HOST,
                    "its snapshot has " + Integer.toUnsignedString(length) + " bytes; at most "
                            + GuestContract.SNAPSHOT_BYTES_MAX + " are taken",
                    null);
        }
        byte[] state = instance.memory().read(pointer, length);
        GuestFunction post = functions.get(GuestExport.CABI_POST_SNAPSHOT);
        if (post != null) {
            post.call(list);
        }
        return state;
    }

    private int put(byte[] bytes) throws WasmException {
        int pointer = GuestData.allocate(instance, realloc, bytes.length);
        instance.memory().write(pointer, bytes);
        return pointer;
    }

    private GuestFunction require(GuestExport export) throws WasmException {
        return Optional.ofNullable(functions.get(export))
                .orElseThrow(() -> new Trap(
                        TrapKind.HOST,
                        "module '" + module + "' exports no function '" + export.exportName() + "'",
                        null));
    }

    @Override
    public void close() {
        instance.close();
    }
}

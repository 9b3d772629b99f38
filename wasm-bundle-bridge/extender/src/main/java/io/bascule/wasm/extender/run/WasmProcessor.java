/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.wasm.extender.run;

import io.bascule.api.channel.Batch;
import io.bascule.api.channel.Value;
import io.bascule.api.module.ModuleException;
import io.bascule.api.module.spi.Processor;
import io.bascule.api.module.spi.StageContext;
import io.bascule.wasm.engine.WasmException;
import java.nio.charset.StandardCharsets;

/** A stage that processes batches in a guest. */
final class WasmProcessor extends WasmLane implements Processor {

    /** Longest message handed to a guest, bytes of topic and payload. */
    private static final int MESSAGE_BYTES_MAX = 1024 * 1024;

    private final int batchMax;
    private final boolean takesMessages;

    WasmProcessor(WasmModule module, StageContext context) {
        super(module, context);
        batchMax = module.metadata().batchMax();
        takesMessages = module.takesMessages();
    }

    @Override
    public void process(Batch batch) throws ModuleException {
        if (batch.isEmpty()) {
            return;
        }
        handles.note(batch);
        if (batch.isFixedOnly()) {
            call("process", guest -> inParts(guest, batch));
            return;
        }
        call("process", guest -> mixed(guest, batch));
        // Counted once the batch is through: a batch that is tried again is not counted again.
        leaveOut(batch);
    }

    /** All parts are one to the outside: what they produce leaves together, after the last. */
    private int inParts(GuestInstance guest, Batch batch) throws WasmException {
        int done = 0;
        while (done < batch.size()) {
            int count = Math.min(batchMax, batch.size() - done);
            int code = guest.process(batch, done, count);
            if (code < 0) {
                return code;
            }
            done += count;
        }
        return 0;
    }

    /**
     * Text and bytes do not cross as readings: they are messages under their channel's name, in their place among the
     * numbers.
     */
    private int mixed(GuestInstance guest, Batch batch) throws WasmException {
        Batch.Builder run = Batch.builder(batch.size());
        for (int i = 0; i < batch.size(); i++) {
            if (batch.kind(i).isFixed()) {
                run.add(batch.reading(i));
            } else if (isTaken(batch, i)) {
                int before = run.size() == 0 ? 0 : inParts(guest, run.build());
                int code = before < 0
                        ? before
                        : guest.message(module.channelName(batch.channel(i)), payload(batch.value(i)));
                if (code < 0) {
                    return code;
                }
                run = Batch.builder(batch.size() - i);
            }
        }
        return run.size() == 0 ? 0 : inParts(guest, run.build());
    }

    private boolean isTaken(Batch batch, int i) {
        return takesMessages && payload(batch.value(i)).length <= MESSAGE_BYTES_MAX;
    }

    /** What cannot cross must not stop the numbers beside it, and must not vanish without a word either. */
    private void leaveOut(Batch batch) {
        int left = 0;
        for (int i = 0; i < batch.size(); i++) {
            if (!batch.kind(i).isFixed() && !isTaken(batch, i)) {
                left++;
            }
        }
        if (left > 0) {
            module.tracker()
                    .leftOut(
                            left,
                            takesMessages
                                    ? "a message has at most " + MESSAGE_BYTES_MAX + " bytes"
                                    : "the module exports no function 'message'; filter those channels out before it, or"
                                            + " use a module that takes them");
        }
    }

    private static byte[] payload(Value value) {
        return value instanceof Value.Bytes bytes
                ? bytes.value()
                : value.asText().getBytes(StandardCharsets.UTF_8);
    }

    @Override
    public void message(String topic, byte[] payload) throws ModuleException {
        if (!takesMessages) {
            throw new ModuleException(
                    "module '" + module.metadata().name() + "' takes no messages: it exports no function 'message'");
        }
        if (payload.length + topic.length() > MESSAGE_BYTES_MAX) {
            throw new ModuleException("a message of " + payload.length + " bytes on '" + topic + "' for module '"
                    + module.metadata().name() + "'; at most " + MESSAGE_BYTES_MAX + " are handed over");
        }
        call("message", guest -> guest.message(topic, payload));
    }
}

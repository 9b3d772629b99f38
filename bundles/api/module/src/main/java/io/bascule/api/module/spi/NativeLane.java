/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.api.module.spi;

import io.bascule.api.channel.Batch;
import io.bascule.api.module.ModuleException;
import java.time.Duration;
import java.util.Optional;

/** One stage's use of a native module: its logic, its outputs, and what came of each call. */
final class NativeLane implements Processor, Decoder {

    private final NativeModule module;
    private final StageContext context;
    private final HeldOutput held = new HeldOutput();
    private volatile ModuleLogic logic;
    private volatile boolean isClosed;
    private String stageConfig;
    private int settingsVersion;

    /** A call of the logic. */
    private interface Call {
        int of(ModuleLogic logic, Output output) throws Exception;
    }

    NativeLane(NativeModule module, StageContext context) throws ModuleException {
        this.module = module;
        this.context = context;
        this.stageConfig = context.config();
        NativeModule.Settings settings = module.settings();
        this.settingsVersion = settings.version();
        this.logic = module.logic(settings.config(), stageConfig);
        module.opened(this);
    }

    @Override
    public void process(Batch batch) throws ModuleException {
        if (!batch.isEmpty()) {
            call("process", (present, output) -> {
                present.process(batch, output);
                return 0;
            });
        }
    }

    @Override
    public void message(String topic, byte[] payload) throws ModuleException {
        call("message", (present, output) -> {
            present.message(topic, payload, output);
            return 0;
        });
    }

    @Override
    public int decode(byte[] data, long timeNanos) throws ModuleException {
        return call("decode", (present, output) -> present.decode(data, timeNanos, output));
    }

    @Override
    public void runTimers() throws ModuleException {
        takeOverSettings();
        long due = logic.timerDueNanos();
        if (due != NO_TIMER && System.nanoTime() - due >= 0) {
            call("timer", (present, output) -> {
                present.timer(output);
                return 0;
            });
        }
    }

    private int call(String what, Call call) throws ModuleException {
        requireOpen();
        takeOverSettings();
        long started = System.nanoTime();
        int answer;
        try {
            answer = call.of(logic, held);
        } catch (Exception | LinkageError | AssertionError | StackOverflowError | OutOfMemoryError e) {
            held.discard();
            throw fault(what, e);
        } finally {
            module.called(System.nanoTime() - started);
        }
        held.commit(context.output());
        return answer;
    }

    private ModuleException fault(String what, Throwable cause) {
        String why =
                "module '" + module.name() + "' for " + context.owner() + " failed in " + what + ": " + text(cause);
        if (cause instanceof InterruptedException) {
            // Not the module's doing: somebody wants this thread to end.
            Thread.currentThread().interrupt();
        } else {
            module.faulted(why);
        }
        Optional<Duration> retryAfter = cause instanceof ModuleException own ? own.retryAfter() : Optional.empty();
        return new ModuleException(why + "; nothing of that call has left", cause, retryAfter.orElse(null));
    }

    /** Returns what a failure says: the words of a module's own exception, else with the type in front. */
    static String text(Throwable failure) {
        String message = failure.getMessage();
        return failure instanceof ModuleException && message != null ? message : failure.toString();
    }

    private void requireOpen() throws ModuleException {
        if (isClosed || !module.isAtWork()) {
            throw new ModuleException(
                    "module '" + module.name() + "' was stopped; " + context.owner() + " needs a new instance");
        }
    }

    private void takeOverSettings() {
        NativeModule.Settings settings = module.settings();
        if (settings.version() == settingsVersion) {
            return;
        }
        settingsVersion = settings.version();
        try {
            replace(module.logic(settings.config(), stageConfig));
        } catch (ModuleException e) {
            module.note(context.owner() + " goes on with its old configuration: " + e.getMessage());
        }
    }

    /** Gives the state to other logic, which works from then on. */
    private void replace(ModuleLogic fresh) throws ModuleException {
        try {
            byte[] state = snapshot();
            if (state.length > 0) {
                put(fresh, state);
            }
        } catch (ModuleException e) {
            fresh.close();
            throw e;
        }
        use(fresh);
    }

    private void use(ModuleLogic fresh) {
        ModuleLogic old = logic;
        logic = fresh;
        old.close();
    }

    private void put(ModuleLogic fresh, byte[] state) throws ModuleException {
        try {
            fresh.restore(state);
        } catch (Exception | LinkageError | AssertionError | StackOverflowError | OutOfMemoryError e) {
            throw new ModuleException(
                    "module '" + module.name() + "' did not take the state of " + state.length + " bytes: " + text(e),
                    e);
        }
    }

    @Override
    public void configure(String json) throws ModuleException {
        requireOpen();
        replace(module.logic(module.settings().config(), json));
        stageConfig = json;
    }

    @Override
    public byte[] snapshot() throws ModuleException {
        try {
            return logic.snapshot();
        } catch (Exception | LinkageError | AssertionError | StackOverflowError | OutOfMemoryError e) {
            throw fault("snapshot", e);
        }
    }

    @Override
    public void restore(byte[] state) throws ModuleException {
        requireOpen();
        NativeModule.Settings settings = module.settings();
        ModuleLogic fresh = module.logic(settings.config(), stageConfig);
        try {
            put(fresh, state);
        } catch (ModuleException e) {
            fresh.close();
            throw e;
        }
        settingsVersion = settings.version();
        use(fresh);
    }

    @Override
    public long timerDueNanos() {
        // New settings are taken over soon, also where no data comes.
        return module.settings().version() == settingsVersion ? logic.timerDueNanos() : System.nanoTime();
    }

    /** Asked on any thread. */
    long memoryBytes() {
        return logic.memoryBytes();
    }

    @Override
    public void close() {
        if (!isClosed) {
            isClosed = true;
            module.closed(this);
            logic.close();
        }
    }
}

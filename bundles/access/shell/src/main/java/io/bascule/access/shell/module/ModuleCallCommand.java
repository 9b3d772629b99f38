/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.access.shell.module;

import io.bascule.access.shell.Display;
import io.bascule.api.channel.Batch;
import io.bascule.api.channel.Channel;
import io.bascule.api.channel.ChannelRegistry;
import io.bascule.api.channel.Quality;
import io.bascule.api.channel.Reading;
import io.bascule.api.channel.Value;
import io.bascule.api.channel.ValueKind;
import io.bascule.api.module.ModuleException;
import io.bascule.api.module.spi.Decoder;
import io.bascule.api.module.spi.Module;
import io.bascule.api.module.spi.Processor;
import io.bascule.api.module.spi.StageContext;
import java.time.Clock;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.apache.karaf.shell.api.action.Argument;
import org.apache.karaf.shell.api.action.Command;
import org.apache.karaf.shell.api.action.Completion;
import org.apache.karaf.shell.api.action.Option;
import org.apache.karaf.shell.api.action.lifecycle.Reference;
import org.apache.karaf.shell.api.action.lifecycle.Service;
import org.apache.karaf.shell.support.CommandException;
import org.apache.karaf.shell.support.completers.StringsCompleter;
import org.jspecify.annotations.Nullable;

/** {@code bascule:module-call}. */
@Service
@Command(
        scope = "bascule",
        name = "module-call",
        description = "Tries a module out on an instance of its own; what it sends is printed and goes nowhere",
        detailedDescription = """
                test runs the module's own test. process sends readings in one batch:
                each input is VALUE or CHANNEL=VALUE, the times are one step apart.
                decode sends the bytes of a frame, in hexadecimal.

                Examples:
                  bascule:module-call trend-anomaly test
                  bascule:module-call --config '{"threshold":90}' average process 20 95
                  bascule:module-call modbus-rtu-decoder decode 010302002A399B""")
public final class ModuleCallCommand extends ModuleCommand {

    /** The channel that inputs without a name belong to. */
    static final String INPUT_CHANNEL = "shell/input";

    @Argument(name = "module", description = "Name of the module", required = true)
    @Completion(ModuleNames.class)
    String module = "";

    @Argument(index = 1, name = "call", description = "test, process or decode", required = true)
    @Completion(
            value = StringsCompleter.class,
            values = {"test", "process", "decode"})
    String call = "";

    @Argument(index = 2, name = "input", description = "Readings for process, bytes for decode", multiValued = true)
    List<String> inputs = List.of();

    @Option(name = "--config", description = "Configuration of the instance, a JSON object")
    String config = StageContext.NO_CONFIG;

    @Option(name = "--start", description = "Time of the first reading, for example 2026-01-31T12:00:00Z; now if unset")
    String start = "";

    @Option(name = "--step", description = "Seconds between two readings, 0 and up")
    int stepSeconds = 1;

    @Reference(optional = true)
    @Nullable
    ChannelRegistry channels;

    Clock clock = Clock.systemUTC();

    @Override
    protected void run() throws ModuleException, CommandException {
        Module service = manager()
                .findService(entry(module).descriptor().name())
                .orElseThrow(() -> failure("Module '" + module
                        + "' is not ready, so it cannot be called; 'bascule:module-info " + module + "' says why."));
        switch (call) {
            case "test" -> {
                service.selfTest();
                console().println("The self-test passed.");
            }
            case "process" -> process(service);
            case "decode" -> decode(service);
            default -> throw failure("'" + call + "' is not a call; expected test, process or decode.");
        }
    }

    private void process(Module service) throws ModuleException, CommandException {
        if (inputs.isEmpty()) {
            throw failure("process needs at least one reading, for example 21.5 or press1/temperature=21.5.");
        }
        Batch batch = batch();
        PrintedOutput output = new PrintedOutput(registry(), console());
        try (Processor processor = service.newProcessor(context(output))) {
            processor.process(batch);
        }
        output.summary();
    }

    private void decode(Module service) throws ModuleException, CommandException {
        if (inputs.isEmpty()) {
            throw failure("decode needs the bytes of a frame in hexadecimal, for example 010302002A399B.");
        }
        byte[] data;
        try {
            data = HexFormat.of().parseHex(String.join("", inputs));
        } catch (IllegalArgumentException e) {
            throw failure("The frame is not hexadecimal: " + e.getMessage() + ".");
        }
        PrintedOutput output = new PrintedOutput(registry(), console());
        try (Decoder decoder = service.newDecoder(context(output))) {
            int used = decoder.decode(data, TimeUnit.MILLISECONDS.toNanos(clock.millis()));
            console()
                    .println(used + " of " + data.length + " bytes used"
                            + (used == 0 ? ": the frame is not complete" : ""));
        }
        output.summary();
    }

    private StageContext context(PrintedOutput output) {
        return new StageContext("shell/" + operator().name(), config, output);
    }

    private Batch batch() throws CommandException {
        if (stepSeconds < 0) {
            throw failure("--step " + stepSeconds + " is not 0 or more seconds.");
        }
        long nanos = startNanos();
        Batch.Builder batch = Batch.builder(inputs.size());
        for (String input : inputs) {
            int equals = input.indexOf('=');
            Channel channel = channel(equals < 0 ? "" : input.substring(0, equals));
            Value value = Value.parse(channel.kind(), input.substring(equals + 1));
            batch.add(new Reading(channel.handle(), value, Quality.GOOD, nanos));
            nanos += TimeUnit.SECONDS.toNanos(stepSeconds);
        }
        return batch.build();
    }

    private long startNanos() throws CommandException {
        try {
            Instant instant = start.isEmpty() ? clock.instant() : Instant.parse(start);
            return Math.addExact(TimeUnit.SECONDS.toNanos(instant.getEpochSecond()), instant.getNano());
        } catch (DateTimeException | ArithmeticException e) {
            throw failure("--start '" + start + "' is not a time such as " + Display.instant(0) + ".");
        }
    }

    private Channel channel(String name) throws CommandException {
        ChannelRegistry registry = registry();
        if (name.isEmpty()) {
            return registry.openVirtual(INPUT_CHANNEL, ValueKind.F64, "");
        }
        return registry.find(name)
                .orElseThrow(() ->
                        failure("There is no channel '" + name + "'; 'bascule:channel-list' shows those that exist."));
    }

    private ChannelRegistry registry() throws CommandException {
        return require(channels, "channel registry", "io.bascule.core.channel");
    }
}

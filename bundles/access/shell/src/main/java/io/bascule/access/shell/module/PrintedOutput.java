/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.access.shell.module;

import io.bascule.access.shell.Display;
import io.bascule.access.shell.Table;
import io.bascule.api.channel.Batch;
import io.bascule.api.channel.Channel;
import io.bascule.api.channel.ChannelRegistry;
import io.bascule.api.channel.Reading;
import io.bascule.api.channel.alert.Alert;
import io.bascule.api.module.spi.Output;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;

/** Prints what an instance sends and keeps a count. Confined to the command's thread, on which the instance works. */
final class PrintedOutput implements Output {

    /** More would only scroll away. */
    static final int LINES_MAX = 100;

    private final ChannelRegistry channels;
    private final PrintStream out;
    private long readings;
    private long messages;
    private long alerts;
    private int lines;

    PrintedOutput(ChannelRegistry channels, PrintStream out) {
        this.channels = channels;
        this.out = out;
    }

    @Override
    public void readings(Batch batch) {
        for (Reading reading : batch.readings()) {
            readings++;
            String name = channels.find(reading.channel()).map(Channel::name).orElse("#" + reading.channel());
            line("reading  " + Display.time(reading.timeNanos()) + "  " + name + " = " + Display.value(reading) + "  "
                    + reading.quality().word());
        }
    }

    @Override
    public void message(String topic, byte[] payload) {
        messages++;
        line("message  " + topic + "  " + payload.length + " bytes: " + new String(payload, StandardCharsets.UTF_8));
    }

    @Override
    public void alert(Alert alert) {
        alerts++;
        line("alert    " + Display.time(alert.timeNanos()) + "  " + alert.severity() + "  " + alert.channel() + "  "
                + alert.text());
    }

    void summary() {
        if (lines > LINES_MAX) {
            out.println("... and " + (lines - LINES_MAX) + " more lines");
        }
        out.println(readings + " readings, " + messages + " messages, " + alerts + " alerts");
    }

    private void line(String text) {
        lines++;
        if (lines <= LINES_MAX) {
            out.println(Table.clean(text));
        }
    }
}

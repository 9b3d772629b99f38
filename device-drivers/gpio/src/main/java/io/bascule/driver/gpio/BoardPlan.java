/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.driver.gpio;

import io.bascule.api.channel.Quality;
import io.bascule.api.channel.driver.Deadline;
import io.bascule.api.channel.driver.DriverException;
import io.bascule.api.channel.driver.ReadPlan;
import io.bascule.api.channel.driver.ReadingSink;
import io.bascule.driver.gpio.RegisterAddress.Query;
import io.bascule.driver.gpio.board.GpioPort;
import io.bascule.driver.gpio.board.PwmChannel;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Reads lines one by one, and each answer of a chip once for all channels that are in it. */
final class BoardPlan implements ReadPlan {

    private final GpioDriver driver;
    private final List<BoardAddress> addresses;
    private final Map<Query, List<Integer>> byQuery = new LinkedHashMap<>();

    BoardPlan(GpioDriver driver, List<BoardAddress> addresses) {
        this.driver = driver;
        this.addresses = List.copyOf(addresses);
        for (int i = 0; i < addresses.size(); i++) {
            if (addresses.get(i) instanceof RegisterAddress register) {
                byQuery.computeIfAbsent(register.query(), q -> new ArrayList<>())
                        .add(i);
            }
        }
    }

    @Override
    public int requestsMax() {
        return byQuery.size() + 1;
    }

    @Override
    public boolean read(ReadingSink sink, Deadline deadline) throws DriverException, InterruptedException {
        OpenLines lines = driver.lines();
        for (int i = 0; i < addresses.size(); i++) {
            BoardAddress address = addresses.get(i);
            if (!(address instanceof RegisterAddress)) {
                readLine(i, address, lines, sink);
            }
        }
        for (Map.Entry<Query, List<Integer>> entry : byQuery.entrySet()) {
            if (deadline.isOver()) {
                entry.getValue().forEach(i -> sink.none(i, Quality.BAD_TIMEOUT));
            } else {
                readChip(entry.getKey(), entry.getValue(), lines, sink);
            }
        }
        return false;
    }

    private static void readLine(int index, BoardAddress address, OpenLines lines, ReadingSink sink) {
        Quality problem = Quality.BAD_RESOURCE_UNAVAILABLE;
        try {
            if (address instanceof BoardAddress.Pwm pwm) {
                PwmChannel channel = lines.pwm(pwm);
                problem = Quality.BAD_NO_COMMUNICATION;
                sink.f64(index, channel.duty(), Quality.GOOD, ReadingSink.ARRIVAL);
            } else {
                boolean isLow = address instanceof BoardAddress.Input input
                        ? input.isActiveLow()
                        : address instanceof BoardAddress.Output output && output.isActiveLow();
                GpioPort port = address instanceof BoardAddress.Input input
                        ? lines.input(input)
                        : lines.output((BoardAddress.Output) address);
                problem = Quality.BAD_NO_COMMUNICATION;
                sink.bool(index, port.isHigh() != isLow, Quality.GOOD, ReadingSink.ARRIVAL);
            }
            lines.succeeded(address);
        } catch (IOException e) {
            lines.failed(address, e);
            sink.none(index, problem);
        }
    }

    private void readChip(Query query, List<Integer> indexes, OpenLines lines, ReadingSink sink)
            throws DriverException, InterruptedException {
        RegisterAddress first = register(indexes.get(0));
        int count = indexes.stream().mapToInt(i -> register(i).end()).max().orElse(1);
        byte[] answer;
        try {
            answer = driver.ask(lines, query, count);
        } catch (GpioDriver.NotOpenException e) {
            lines.failed(first, e);
            indexes.forEach(i -> sink.none(i, Quality.BAD_RESOURCE_UNAVAILABLE));
            return;
        } catch (IOException e) {
            lines.failed(first, e);
            indexes.forEach(i -> sink.none(i, Quality.BAD_NO_COMMUNICATION));
            return;
        }
        boolean isIntact = true;
        for (int index : indexes) {
            RegisterAddress register = register(index);
            if (register.isIntact(answer)) {
                sink.value(index, register.decode(answer), Quality.GOOD, ReadingSink.ARRIVAL);
            } else {
                isIntact = false;
                sink.none(index, Quality.BAD_NO_COMMUNICATION);
                lines.tell(
                        query.chipName(),
                        "the answer to 0x" + query.command() + " came with a wrong checksum at " + register
                                + "; expected " + register.crc() + ": look at wiring and pull-up resistors");
            }
        }
        if (isIntact) {
            lines.succeeded(first);
        }
    }

    private RegisterAddress register(int index) {
        return (RegisterAddress) addresses.get(index);
    }
}

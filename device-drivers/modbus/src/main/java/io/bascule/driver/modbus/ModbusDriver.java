/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.driver.modbus;

import io.bascule.api.channel.Quality;
import io.bascule.api.channel.Value;
import io.bascule.api.channel.driver.ChannelConfig;
import io.bascule.api.channel.driver.Deadline;
import io.bascule.api.channel.driver.Driver;
import io.bascule.api.channel.driver.DriverException;
import io.bascule.api.channel.driver.ReadPlan;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** The protocol of one Modbus device, over whatever line. Confined to its lane. */
final class ModbusDriver implements Driver<RegisterAddress> {

    private static final List<String> ORDERS = List.of("high-first", "low-first");

    private final Line line;
    private final ModbusSettings settings;
    /** Whether the device knows function 22; found out at the first write of a bit of a register. */
    private boolean hasMaskWrite = true;

    ModbusDriver(ModbusSettings settings, Line line) {
        this.settings = settings;
        this.line = line;
    }

    @Override
    public RegisterAddress address(ChannelConfig channel) {
        return RegisterAddress.parse(
                channel.address(),
                isLowFirst(channel, "wordOrder", settings.wordOrder()),
                isLowFirst(channel, "byteOrder", settings.byteOrder()));
    }

    private static boolean isLowFirst(ChannelConfig channel, String option, String otherwise) {
        String order = channel.text(option, otherwise);
        if (!ORDERS.contains(order)) {
            throw new IllegalArgumentException(option + "='" + order + "' is none of " + ORDERS);
        }
        return order.equals(ORDERS.get(1));
    }

    @Override
    public ReadPlan plan(List<RegisterAddress> addresses, Duration period) {
        return new BlockPlan(addresses, line, settings.gapMax(), settings.countMax(), settings.retries() + 1);
    }

    @Override
    public void connect(Deadline deadline) throws DriverException, InterruptedException {
        line.open(deadline);
    }

    @Override
    public void disconnect() {
        line.close();
    }

    @Override
    public List<Quality> write(List<RegisterAddress> addresses, List<Value> values, Deadline deadline)
            throws DriverException, InterruptedException {
        List<Quality> answers = new ArrayList<>();
        for (int i = 0; i < addresses.size(); i++) {
            answers.add(write(addresses.get(i), values.get(i), deadline));
        }
        return answers;
    }

    private Quality write(RegisterAddress address, Value value, Deadline deadline)
            throws DriverException, InterruptedException {
        try {
            if (address.table().isBits()) {
                boolean on = value instanceof Value.Bool bool && bool.value();
                boolean isOne = !settings.writeFunction().equals("multiple");
                return ask(
                                isOne
                                        ? Request.writeCoil(address.start(), on)
                                        : Request.writeCoils(address.start(), new boolean[] {on}),
                                deadline)
                        .quality();
            }
            return address.isBitsOfRegister()
                    ? writeBits(address, value, deadline)
                    : writeRegisters(address, address.encode(value), deadline);
        } catch (Line.BusyException e) {
            return Quality.BAD_RESOURCE_UNAVAILABLE;
        }
    }

    private Quality writeRegisters(
            RegisterAddress address, byte @org.jspecify.annotations.Nullable [] bytes, Deadline deadline)
            throws DriverException, Line.BusyException, InterruptedException {
        if (bytes == null) {
            return Quality.BAD_OUT_OF_RANGE;
        }
        int start = address.start();
        boolean fitsReadWrite = address.count() <= Table.REGISTERS_READ_WRITE_MAX;
        if (settings.writeFunction().equals("read-write") && fitsReadWrite) {
            Answer answer = ask(Request.readWrite(start, address.count(), start, bytes), deadline);
            if (answer.isException()) {
                return answer.quality();
            }
            byte[] read = Arrays.copyOfRange(answer.pdu(), 2, answer.pdu().length);
            return Arrays.equals(read, bytes) ? Quality.GOOD : Quality.UNCERTAIN;
        }
        boolean isOne = address.count() == 1 && !settings.writeFunction().equals("multiple");
        Request request =
                isOne ? Request.writeRegister(start, Request.u16(bytes, 0)) : Request.writeRegisters(start, bytes);
        return ask(request, deadline).quality();
    }

    /** Writes some bits of a register and leaves the others: with function 22, or where there is none by reading first. */
    private Quality writeBits(RegisterAddress address, Value value, Deadline deadline)
            throws DriverException, Line.BusyException, InterruptedException {
        int bits = address.encodeBits(value);
        if (bits < 0) {
            return Quality.BAD_OUT_OF_RANGE;
        }
        if (hasMaskWrite) {
            Answer answer = ask(Request.maskWrite(address.start(), address.otherBits(), bits), deadline);
            if (!answer.isException() || answer.code() != ModbusCode.ILLEGAL_FUNCTION) {
                return answer.quality();
            }
            hasMaskWrite = false;
        }
        Answer present = ask(Request.read(address.table(), address.start(), 1), deadline);
        if (present.isException()) {
            return present.quality();
        }
        int register = (Request.u16(present.pdu(), 2) & address.otherBits()) | bits;
        return writeRegister(address.start(), register, deadline);
    }

    private Quality writeRegister(int start, int register, Deadline deadline)
            throws DriverException, Line.BusyException, InterruptedException {
        byte[] bytes = {(byte) (register >>> 8), (byte) register};
        boolean isMultiple = settings.writeFunction().equals("multiple");
        return ask(isMultiple ? Request.writeRegisters(start, bytes) : Request.writeRegister(start, register), deadline)
                .quality();
    }

    private Answer ask(Request request, Deadline deadline)
            throws DriverException, Line.BusyException, InterruptedException {
        List<Answer> answers = new ArrayList<>();
        line.exchange(List.of(request), deadline, (i, answer) -> answers.add(answer));
        return answers.get(0);
    }
}

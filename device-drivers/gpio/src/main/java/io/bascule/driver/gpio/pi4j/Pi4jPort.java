/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.driver.gpio.pi4j;

import com.pi4j.context.Context;
import com.pi4j.io.gpio.digital.DigitalInput;
import com.pi4j.io.gpio.digital.DigitalOutput;
import com.pi4j.io.gpio.digital.DigitalState;
import io.bascule.driver.gpio.board.EdgeListener;
import io.bascule.driver.gpio.board.GpioPort;
import java.io.IOException;

/** A line by Pi4J. */
abstract class Pi4jPort implements GpioPort {

    private final int line;

    private Pi4jPort(int line) {
        this.line = line;
    }

    String name() {
        return "line " + line;
    }

    /** An input. */
    static final class Input extends Pi4jPort {
        private final Pi4jBoard board;
        private final Context context;
        private final DigitalInput input;

        Input(Pi4jBoard board, Context context, DigitalInput input, int line) {
            super(line);
            this.board = board;
            this.context = context;
            this.input = input;
        }

        @Override
        public boolean isHigh() throws IOException {
            return Pi4jFailures.translated(name(), () -> input.state() == DigitalState.HIGH);
        }

        @Override
        public void set(boolean high) throws IOException {
            throw new IOException(name() + " is an input");
        }

        @Override
        public void listen(EdgeListener listener) {
            input.addListener(event -> listener.onEdge(event.state() == DigitalState.HIGH, 0));
        }

        @Override
        public void close() {
            board.close(context, input);
        }
    }

    /** An output. */
    static final class Output extends Pi4jPort {
        private final Pi4jBoard board;
        private final Context context;
        private final DigitalOutput output;

        Output(Pi4jBoard board, Context context, DigitalOutput output, int line) {
            super(line);
            this.board = board;
            this.context = context;
            this.output = output;
        }

        @Override
        public boolean isHigh() throws IOException {
            return Pi4jFailures.translated(name(), () -> output.state() == DigitalState.HIGH);
        }

        @Override
        public void set(boolean high) throws IOException {
            Pi4jFailures.translated(name(), () -> output.setState(high));
        }

        @Override
        public void listen(EdgeListener listener) throws IOException {
            throw new IOException(name() + " is an output");
        }

        @Override
        public void close() {
            board.close(context, output);
        }
    }
}

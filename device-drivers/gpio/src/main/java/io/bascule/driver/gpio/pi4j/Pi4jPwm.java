/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.driver.gpio.pi4j;

import com.pi4j.context.Context;
import com.pi4j.io.pwm.Pwm;
import io.bascule.driver.gpio.board.PwmChannel;
import java.io.IOException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A PWM channel by Pi4J. */
final class Pi4jPwm implements PwmChannel {

    private static final Logger LOG = LoggerFactory.getLogger(Pi4jPwm.class);

    private final Pi4jBoard board;
    private final Context context;
    private final Pwm pwm;
    private final int hertz;
    /** Pi4J keeps a whole percentage in a float; what was asked for is kept here. */
    private double percent;

    Pi4jPwm(Pi4jBoard board, Context context, Pwm pwm, int hertz) {
        this.board = board;
        this.context = context;
        this.pwm = pwm;
        this.hertz = hertz;
    }

    @Override
    public double duty() throws IOException {
        boolean isOn = Pi4jFailures.translated(pwm.id(), pwm::isOn);
        return isOn ? percent : 0;
    }

    @Override
    public void setDuty(double next) throws IOException {
        Pi4jFailures.translated(pwm.id(), () -> next == 0 ? pwm.off() : pwm.on(next, hertz));
        percent = next;
    }

    @Override
    public void close() {
        try {
            setDuty(0);
        } catch (IOException e) {
            LOG.warn("{} was not switched off", pwm.id(), e);
        }
        board.close(context, pwm);
    }
}

/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.core.flow;

import io.bascule.api.channel.Batch;
import io.bascule.api.flow.FlowException;
import io.bascule.api.flow.spi.Stage;
import io.bascule.api.flow.spi.StageFactory.Role;

/** The step of a stage that a factory made. What a source sends comes back through its queue and goes on from here. */
final class FactoryStep implements Step {

    private final Stage stage;
    private final Role role;
    private final Outlet outlet;
    private final StageCounters counters;

    FactoryStep(Stage stage, Role role, Outlet outlet, StageCounters counters) {
        this.stage = stage;
        this.role = role;
        this.outlet = outlet;
        this.counters = counters;
    }

    /** Returns whether the stage brings readings in: all its worker does with them is to hand them on. */
    boolean isSource() {
        return role == Role.SOURCE;
    }

    @Override
    public void start() throws FlowException {
        stage.start();
    }

    @Override
    public void quiesce() {
        stage.quiesce();
    }

    @Override
    public Outcome accept(Batch batch) throws FlowException {
        if (role == Role.SOURCE) {
            outlet.send(batch);
            return Outcome.DONE;
        }
        stage.accept(batch);
        if (role == Role.SINK) {
            counters.out.add(batch.size());
        }
        return Outcome.DONE;
    }

    @Override
    public Outcome acceptMessage(Message message) throws FlowException {
        if (role == Role.SOURCE) {
            outlet.sendMessage(message.topic, message.payload);
        } else if (!stage.acceptMessage(message.topic, message.payload)) {
            counters.messagesDropped.increment();
        }
        return Outcome.DONE;
    }

    @Override
    public long timerDueNanos() {
        return stage.timerDueNanos();
    }

    @Override
    public void runTimers() throws FlowException {
        stage.runTimers();
    }

    @Override
    public void close() {
        stage.close();
    }
}

/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.driver.coap;

import java.time.Duration;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.eclipse.californium.core.CoapClient;
import org.eclipse.californium.core.CoapHandler;
import org.eclipse.californium.core.CoapObserveRelation;
import org.eclipse.californium.core.CoapResponse;
import org.eclipse.californium.core.coap.Request;
import org.eclipse.californium.core.coap.Response;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A resource that the device is to tell of by itself (RFC 7641), as long as the connection lasts. An answer without an observation -
 * an error, or a value from a device that does not know how to - means that nothing would come any more: it is asked for again
 * after a while, because a device that has just been restarted may not have its resources yet. Safe for use by any thread.
 */
final class Observation implements CoapHandler {

    private static final Logger LOG = LoggerFactory.getLogger(Observation.class);

    private final CoapClient client;
    private final Supplier<Request> requests;
    private final ScheduledExecutorService timer;
    private final Duration pause;
    private final Consumer<Response> told;
    private final Runnable lost;
    private volatile @Nullable CoapObserveRelation relation;

    /**
     * Makes an observation that has not begun.
     *
     * @param requests makes the request that asks for it
     * @param timer on which it is asked for again; ends with the connection
     * @param pause how long after an answer that is no observation
     * @param told takes what comes, one at a time, on a thread of the connection
     * @param lost called when the device does not answer, on a thread of the connection
     */
    Observation(
            CoapClient client,
            Supplier<Request> requests,
            ScheduledExecutorService timer,
            Duration pause,
            Consumer<Response> told,
            Runnable lost) {
        this.client = client;
        this.requests = requests;
        this.timer = timer;
        this.pause = pause;
        this.told = told;
        this.lost = lost;
    }

    /** Asks for it; does not wait. */
    void ask() {
        CoapObserveRelation before = relation;
        if (before != null) {
            before.reactiveCancel();
        }
        relation = client.observe(requests.get().setObserve(), this);
    }

    @Override
    @SuppressWarnings("FutureReturnValueIgnored") // What becomes of the question is told to this observation.
    public void onLoad(CoapResponse response) {
        Response answer = response.advanced();
        told.accept(answer);
        if (answer.isSuccess() && answer.getOptions().hasObserve()) {
            return;
        }
        try {
            timer.schedule(this::ask, pause.toMillis(), TimeUnit.MILLISECONDS);
        } catch (RejectedExecutionException e) {
            LOG.debug("an observation was refused while the connection ended: nobody asks again", e);
        }
    }

    @Override
    public void onError() {
        lost.run();
    }
}

/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.karaf.benchmarks;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Sends one command after the other over MQTT, each again under its id until it is answered: the broker may be away, and then it or the
 * answer is lost. Every other one goes to a Modbus device, which may refuse it because it is away itself.
 */
final class SoakCommands {

    static final String TOPIC = "soak-command";

    /** The channel that takes every command. */
    static final String CHANNEL = SoakPlan.COMMANDED + "0/goal";

    /** A channel that takes commands while its device answers. */
    static final String STATION_CHANNEL = SoakPlan.STATION + "0/goal";

    private static final byte[] TOPIC_BYTES = TOPIC.getBytes(StandardCharsets.US_ASCII);
    private static final long AGAIN_SECONDS = 3;
    private static final long ANSWER_SECONDS = 120;
    private static final int STATION_VALUES = 1000;

    private final SoakBroker broker;
    private final SoakPlan plan;
    private final CountDownLatch stopping = new CountDownLatch(1);
    private final Object lock = new Object();
    private final Thread thread;
    private int commands;
    private int again;
    private int unsent;
    private int accepted;
    private int refused;
    private String problem = "";
    private String awaited = "";
    private @Nullable JsonObject answer;
    private long lastValue = -1;

    /**
     * What became of the commands.
     *
     * @param commands different ones
     * @param again how often one was sent once more
     * @param unsent how often that was not possible because the broker was away
     * @param refused by the Modbus device
     * @param lastValue what the last one wrote to {@link #CHANNEL}, -1 for none
     * @param problem what should not have happened, empty for nothing
     */
    record Account(int commands, int again, int unsent, int accepted, int refused, long lastValue, String problem) {}

    SoakCommands(SoakBroker broker, SoakPlan plan) {
        this.broker = broker;
        this.plan = plan;
        this.thread = new Thread(this::run, "soak-commands");
        thread.setDaemon(true);
    }

    void start() {
        thread.start();
    }

    /** Takes what came and was no reading. */
    void arrived(JsonObject message) {
        synchronized (lock) {
            JsonElement id = message.get("id");
            if (id != null && id.getAsString().equals(awaited) && answer == null) {
                answer = message;
                lock.notifyAll();
            }
        }
    }

    private void run() {
        Random random = plan.chance("commands");
        try {
            int number = 0;
            while (!stopping.await(plan.commandRest().pick(random), TimeUnit.MILLISECONDS)) {
                number++;
                boolean isStation = number % 2 == 0;
                if (!send(number, isStation)) {
                    return;
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Returns whether it was answered. */
    private boolean send(int number, boolean isStation) throws InterruptedException {
        String id = "command-" + number;
        String channel = isStation ? STATION_CHANNEL : CHANNEL;
        long value = isStation ? number % STATION_VALUES : number;
        byte[] command = ("{\"id\":\"" + id + "\",\"writes\":[{\"channel\":\"" + channel + "\",\"value\":" + value
                        + "}]}")
                .getBytes(StandardCharsets.US_ASCII);
        synchronized (lock) {
            commands++;
            awaited = id;
            answer = null;
            long until = System.nanoTime() + TimeUnit.SECONDS.toNanos(ANSWER_SECONDS);
            boolean isFirst = true;
            while (answer == null) {
                long left = until - System.nanoTime();
                if (left <= 0) {
                    problem = id + " was not answered within " + ANSWER_SECONDS + " s";
                    return false;
                }
                again += isFirst ? 0 : 1;
                isFirst = false;
                publish(command);
                TimeUnit.SECONDS.timedWait(lock, AGAIN_SECONDS);
            }
            judge(id, answer, isStation);
            lastValue = isStation ? lastValue : value;
            return true;
        }
    }

    private void judge(String id, JsonObject given, boolean isStation) {
        JsonElement results = given.get("results");
        boolean isOk = results != null
                && results.getAsJsonArray().size() == 1
                && results.getAsJsonArray().get(0).getAsJsonObject().get("ok").getAsBoolean();
        if (isOk) {
            accepted++;
        } else if (isStation && results != null) {
            refused++;
        } else {
            problem = id + " was answered with " + given;
        }
    }

    /** What does not get through is sent again. */
    private void publish(byte[] command) {
        MqttWire wire = broker.telling();
        if (wire != null) {
            try {
                wire.publish(TOPIC_BYTES, command, command.length, 1);
                wire.flush();
            } catch (IOException away) {
                unsent++;
            }
        }
    }

    /** Ends; the last command is answered before, or that is a problem. */
    Account end() throws InterruptedException {
        stopping.countDown();
        thread.join(TimeUnit.SECONDS.toMillis(2 * ANSWER_SECONDS));
        synchronized (lock) {
            return new Account(commands, again, unsent, accepted, refused, lastValue, problem);
        }
    }
}

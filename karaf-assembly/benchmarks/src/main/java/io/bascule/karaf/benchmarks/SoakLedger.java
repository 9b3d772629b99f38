/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.karaf.benchmarks;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import com.google.gson.JsonParser;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.BitSet;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What arrived over MQTT. A good reading of a numbered channel is known by its number, and keeps its id however often it comes; of the others
 * each id counts once. Safe for use by any thread.
 */
final class SoakLedger {

    private static final String GOOD = "good";
    private static final int FIRST_SIZE = 1024;

    private final Map<String, Numbered> numbered = new TreeMap<>();
    private final Set<String> notices = new HashSet<>();
    private final Set<String> field = new HashSet<>();
    private final BitSet lineIds = new BitSet();
    private long messages;
    private long repeated;
    private long strange;
    private String strangest = "";

    /** One channel: the id of each number that has come, one more than what stands at the id's end; 0 for none. */
    private static final class Numbered {
        private long[] ids = new long[FIRST_SIZE];
        private int highest = -1;
        private long count;
        private long doubled;
        private long disordered;
    }

    /**
     * What came of a numbered channel.
     *
     * @param count different numbers
     * @param doubled numbers that came again under another id
     * @param disordered numbers that came first after a higher one
     */
    record Line(long count, long missing, long doubled, long disordered) {}

    /**
     * What came in all.
     *
     * @param repeated messages that had come before, under the same id
     * @param notices readings of numbered devices that say that they are away
     * @param field different messages of the other devices
     * @param strange messages that nobody understands
     */
    record Totals(long messages, long repeated, long notices, long field, long strange, String strangest) {}

    /** Takes a message; returns it when it is no reading. */
    synchronized @Nullable JsonObject accept(byte[] bytes, int start, int end) {
        String text = new String(bytes, start, end - start, StandardCharsets.UTF_8);
        try {
            JsonObject message = JsonParser.parseString(text).getAsJsonObject();
            if (!message.has("channel")) {
                return message;
            }
            messages++;
            reading(message);
        } catch (JsonParseException | IllegalStateException | NumberFormatException | UnsupportedOperationException e) {
            strange(text);
        }
        return null;
    }

    private void strange(String text) {
        strange++;
        strangest = strangest.isEmpty() ? text : strangest;
    }

    private static String text(JsonObject message, String key) {
        JsonElement element = message.get(key);
        if (element == null) {
            throw new JsonParseException("no " + key);
        }
        return element.getAsString();
    }

    private void reading(JsonObject message) {
        String id = text(message, "id");
        String channel = text(message, "channel");
        if (!channel.startsWith(SoakPlan.NUMBERED)) {
            if (!field.add(id)) {
                repeated++;
            }
        } else if (text(message, "quality").equals(GOOD)) {
            number(channel, message.get("value").getAsLong(), Long.parseLong(id.substring(id.lastIndexOf('-') + 1)));
        } else if (!notices.add(id)) {
            repeated++;
        }
    }

    private void number(String channel, long value, long id) {
        if (value < 0 || value > Integer.MAX_VALUE - 1 || id < 0 || id > Integer.MAX_VALUE - 1) {
            strange(channel + " = " + value + " under id ..." + id);
            return;
        }
        Numbered line = numbered.computeIfAbsent(channel, name -> new Numbered());
        int number = (int) value;
        if (number >= line.ids.length) {
            line.ids = Arrays.copyOf(line.ids, Math.max(number + 1, line.ids.length * 2));
        }
        long known = line.ids[number];
        if (known == id + 1) {
            repeated++;
            return;
        }
        if (known != 0) {
            line.doubled++;
            return;
        }
        if (lineIds.get((int) id)) {
            strange(channel + " = " + value + " under an id that another reading has");
            return;
        }
        lineIds.set((int) id);
        line.ids[number] = id + 1;
        line.count++;
        line.disordered += number < line.highest ? 1 : 0;
        line.highest = Math.max(line.highest, number);
    }

    /** Returns what came of a numbered channel whose highest number is {@code highest}. */
    synchronized Line line(String channel, long highest) {
        Numbered line = numbered.get(channel);
        if (line == null) {
            return new Line(0, highest + 1, 0, 0);
        }
        long missing = 0;
        for (int i = 0; i <= highest; i++) {
            missing += i >= line.ids.length || line.ids[i] == 0 ? 1 : 0;
        }
        return new Line(line.count, missing, line.doubled, line.disordered);
    }

    synchronized Totals totals() {
        return new Totals(messages, repeated, notices.size(), field.size(), strange, strangest);
    }
}

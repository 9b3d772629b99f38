/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.karaf.benchmarks;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * Whether every reading that the gateway accepted is where it should be, or counted. What was accepted is what {@link SoakSeen} counted;
 * where it is, is read from the file of the history and from what the broker's listener heard.
 */
final class SoakAccount {

    private static final String DROPPED = "dropped";

    private final SoakFigures figures;
    private final SoakLedger ledger;
    private final SoakHistory history;
    private final List<String> problems = new ArrayList<>();

    private long made;
    private long lineSeen;
    private long lineStored;
    private long lineMissing;
    private long lineDoubled;
    private long sentMissing;
    private long sentDoubled;
    private long sentDisordered;
    private long fieldSeen;
    private long fieldStored;

    /** Draws it up. The figures are those after everything has come to rest. */
    SoakAccount(SoakFigures figures, SoakLedger ledger, SoakHistory history) {
        this.figures = figures;
        this.ledger = ledger;
        this.history = history;
        add();
        judge();
    }

    private void add() {
        for (Map.Entry<String, Long> channel : figures.seen().entrySet()) {
            String name = channel.getKey();
            if (!name.startsWith(SoakPlan.NUMBERED)) {
                fieldSeen += channel.getValue();
                fieldStored += history.count(name);
                continue;
            }
            long highest = figures.highest(name);
            made += highest + 1;
            lineSeen += channel.getValue();
            SoakHistory.Line stored = history.line(name, highest);
            lineStored += stored.all();
            lineMissing += stored.missing();
            lineDoubled += stored.doubled();
            SoakLedger.Line sent = ledger.line(name, highest);
            sentMissing += sent.missing();
            sentDoubled += sent.doubled();
            sentDisordered += sent.disordered();
        }
    }

    private long dropped(String flow, String... stages) {
        long dropped = 0;
        for (String stage : stages) {
            dropped += figures.stage(flow, stage, DROPPED);
        }
        return dropped;
    }

    private long droppedByStore() {
        return figures.number("store.unknown") + figures.number("store.expired");
    }

    private long droppedByOutbox() {
        return figures.number("outbox.dropped.mqtt-" + SoakSetting.CONNECTION);
    }

    private void judge() {
        check(made > 0, "no numbered reading was made");
        check(fieldSeen > 0, "no other reading was made");
        check(figures.waiting() == 0, figures.waiting() + " batches or messages still wait");
        long lineDrops = dropped(SoakPlan.LINE, "work", "keep");
        long fieldDrops = dropped(SoakPlan.FIELD, "keep");
        long lineLack = lineSeen - lineStored - lineDrops;
        long fieldLack = fieldSeen - fieldStored - fieldDrops;
        // Of old readings the store lets go whosever they are: one of a channel that never had a value is from 1970.
        long letGo = droppedByStore();
        check(lineLack >= 0 && lineLack <= letGo, stored("line", lineSeen, lineStored, lineDrops));
        check(fieldLack >= 0 && fieldLack <= letGo, stored("field", fieldSeen, fieldStored, fieldDrops));
        check(
                lineLack + fieldLack == letGo,
                (lineLack + fieldLack) + " readings that no flow dropped are not in the history; the store counted "
                        + letGo + " that it let go");
        check(
                lineMissing <= lineDrops + Math.min(lineLack, letGo),
                lineMissing + " numbered readings are not in the history; counted as dropped are " + lineDrops);
        check(lineDoubled == 0, lineDoubled + " numbered readings are in the history twice");
        long sentDrops = dropped(SoakPlan.LINE, "work", "out") + droppedByOutbox();
        check(
                sentMissing <= sentDrops,
                sentMissing + " numbered readings did not arrive over MQTT; counted as dropped are " + sentDrops);
        check(sentDoubled == 0, sentDoubled + " numbered readings arrived over MQTT under two ids");
        check(sentDisordered == 0, sentDisordered + " numbered readings arrived over MQTT after a later one");
        long offered = figures.stage(SoakPlan.FIELD, "out", "in");
        long fieldSentDrops = dropped(SoakPlan.FIELD, "out");
        long arrived = ledger.totals().field();
        check(
                offered == fieldSeen,
                "flow field: " + fieldSeen + " readings were published, " + offered + " came to its stage out");
        check(
                arrived >= offered - fieldSentDrops,
                "flow field: of " + offered + " readings " + arrived + " arrived over MQTT; counted as dropped are "
                        + fieldSentDrops);
        SoakLedger.Totals totals = ledger.totals();
        check(
                totals.strange() == 0,
                totals.strange() + " messages are not understood, the first: " + totals.strangest());
    }

    private static String stored(String flow, long seen, long stored, long drops) {
        return "flow " + flow + ": of " + seen + " readings " + stored + " are in the history; counted as dropped are "
                + drops;
    }

    private void check(boolean isRight, String otherwise) {
        if (!isRight) {
            problems.add(otherwise);
        }
    }

    /** Returns what is not accounted for; empty when everything is. */
    List<String> problems() {
        return List.copyOf(problems);
    }

    /** Returns the names of the numbered channels. */
    Set<String> numbered() {
        Set<String> names = new TreeSet<>(figures.seen().keySet());
        names.removeIf(name -> !name.startsWith(SoakPlan.NUMBERED));
        return names;
    }

    String table() {
        SoakLedger.Totals totals = ledger.totals();
        return "| way | readings accepted | there | missing | doubled | out of order | counted as dropped |\n"
                + "|---|---|---|---|---|---|---|\n"
                + row(
                        "numbered, through the module into the history",
                        lineSeen,
                        lineStored,
                        Long.toString(lineMissing),
                        Long.toString(lineDoubled),
                        "",
                        dropped(SoakPlan.LINE, "work", "keep"))
                + row(
                        "numbered, through the module and the outbox to the subscriber",
                        made,
                        made - sentMissing,
                        Long.toString(sentMissing),
                        Long.toString(sentDoubled),
                        Long.toString(sentDisordered),
                        dropped(SoakPlan.LINE, "work", "out") + droppedByOutbox())
                + row(
                        "devices with faults, into the history",
                        fieldSeen,
                        fieldStored,
                        "",
                        "",
                        "",
                        dropped(SoakPlan.FIELD, "keep"))
                + row(
                        "devices with faults, directly to the subscriber",
                        fieldSeen,
                        totals.field(),
                        "",
                        "",
                        "",
                        dropped(SoakPlan.FIELD, "out"))
                + "\nThe subscriber heard " + totals.messages() + " messages, " + totals.repeated()
                + " of them again under the id that they had had before. The store let go of " + droppedByStore()
                + " readings by their age.\n";
    }

    private static String row(
            String way, long accepted, long there, String missing, String doubled, String disordered, long dropped) {
        return String.format(
                Locale.ROOT,
                "| %s | %d | %d | %s | %s | %s | %d |%n",
                way,
                accepted,
                there,
                missing,
                doubled,
                disordered,
                dropped);
    }
}

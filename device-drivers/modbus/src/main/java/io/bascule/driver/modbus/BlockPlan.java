/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.driver.modbus;

import io.bascule.api.channel.Quality;
import io.bascule.api.channel.driver.Deadline;
import io.bascule.api.channel.driver.DriverException;
import io.bascule.api.channel.driver.ReadPlan;
import io.bascule.api.channel.driver.ReadingSink;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Which registers are read together. Neighbours are merged while the gap between them is small and the answer fits a frame. A block
 * that the device refuses because of an address in it is split, and its parts are asked at once; the plan keeps the parts, and one
 * address that is refused by itself is asked again only now and then. Confined to a lane.
 */
final class BlockPlan implements ReadPlan {

    /** How long an address that was refused is left alone: it costs a request each time, and hardly ever changes its mind. */
    static final Duration REFUSED_PAUSE = Duration.ofSeconds(60);

    /** Splitting takes a few more requests than there are blocks. */
    private static final int REQUESTS_EXTRA = 16;

    private static final int BITS_PER_REGISTER = 16;

    private final List<RegisterAddress> addresses;
    private final Line line;
    private final int attempts;
    private List<Block> blocks;

    /** Addresses that are read with one request. */
    static final class Block {
        private final Table table;
        private final int start;
        private final int end;
        private final List<Integer> items;
        private Quality refused = Quality.GOOD;
        private long refusedNano;

        Block(Table table, int start, int end, List<Integer> items) {
            this.table = table;
            this.start = start;
            this.end = end;
            this.items = List.copyOf(items);
        }

        int start() {
            return start;
        }

        int count() {
            return end - start;
        }

        List<Integer> items() {
            return items;
        }

        private boolean isResting(long now) {
            return !refused.equals(Quality.GOOD) && now - refusedNano < REFUSED_PAUSE.toNanos();
        }
    }

    /**
     * Plans.
     *
     * @param gapMax most registers that are read though nobody wants them, between two that are wanted
     * @param countMax most registers of one request; bits are 16 to a register
     * @param attempts how often a request may be sent
     */
    BlockPlan(List<RegisterAddress> addresses, Line line, int gapMax, int countMax, int attempts) {
        this.addresses = List.copyOf(addresses);
        this.line = line;
        this.attempts = attempts;
        List<Integer> all =
                new ArrayList<>(IntStream.range(0, addresses.size()).boxed().toList());
        this.blocks = merge(this.addresses, all, gapMax, countMax);
    }

    static List<Block> merge(List<RegisterAddress> addresses, List<Integer> items, int gapMax, int countMax) {
        List<Integer> sorted = new ArrayList<>(items);
        sorted.sort(Comparator.<Integer, Table>comparing(i -> addresses.get(i).table())
                .thenComparing(i -> addresses.get(i).start()));
        List<Block> blocks = new ArrayList<>();
        List<Integer> current = new ArrayList<>();
        int end = 0;
        for (int item : sorted) {
            RegisterAddress address = addresses.get(item);
            if (!current.isEmpty()) {
                RegisterAddress first = addresses.get(current.get(0));
                int unit = address.table().isBits() ? BITS_PER_REGISTER : 1;
                int countLimit = Math.min(address.table().readMax(), countMax * unit);
                boolean isTogether = first.table() == address.table()
                        && address.start() - end <= gapMax * unit
                        && (address.end() <= end || address.end() - first.start() <= countLimit);
                if (!isTogether) {
                    blocks.add(new Block(first.table(), first.start(), end, current));
                    current = new ArrayList<>();
                }
            }
            end = current.isEmpty() ? address.end() : Math.max(end, address.end());
            current.add(item);
        }
        if (!current.isEmpty()) {
            RegisterAddress first = addresses.get(current.get(0));
            blocks.add(new Block(first.table(), first.start(), end, current));
        }
        return blocks;
    }

    List<Block> blocks() {
        return List.copyOf(blocks);
    }

    @Override
    public boolean read(ReadingSink sink, Deadline deadline) throws DriverException, InterruptedException {
        List<Block> next = new ArrayList<>();
        List<Block> asked = new ArrayList<>();
        long now = System.nanoTime();
        for (Block block : blocks) {
            if (block.isResting(now)) {
                next.add(block);
                block.items.forEach(i -> sink.none(i, block.refused));
            } else {
                asked.add(block);
            }
        }
        try {
            while (!asked.isEmpty()) {
                asked = ask(asked, next, sink, deadline);
            }
            blocks = next;
        } catch (Line.BusyException e) {
            // Nothing is known of the rest: its channels turn stale when that lasts.
            return false;
        }
        return false;
    }

    /** Asks for blocks; those that were answered or refused for good go into {@code done}, the parts of others are returned. */
    private List<Block> ask(List<Block> asked, List<Block> done, ReadingSink sink, Deadline deadline)
            throws DriverException, Line.BusyException, InterruptedException {
        List<Request> requests = new ArrayList<>();
        asked.forEach(b -> requests.add(Request.read(b.table, b.start, b.count())));
        List<Block> parts = new ArrayList<>();
        line.exchange(requests, deadline, (i, answer) -> {
            Block block = asked.get(i);
            if (!answer.isException()) {
                block.refused = Quality.GOOD;
                block.items.forEach(item -> addresses.get(item).tell(item, answer, block.start, sink));
                done.add(block);
            } else if (answer.code().isAboutTheBlock() && block.items.size() > 1) {
                parts.addAll(split(block));
            } else {
                block.items.forEach(item -> sink.none(item, answer.quality()));
                if (answer.code().isAboutTheBlock()) {
                    block.refused = answer.quality();
                    block.refusedNano = System.nanoTime();
                }
                done.add(block);
            }
        });
        return parts;
    }

    /** Returns two blocks of half the addresses each, without what lies between them. */
    private List<Block> split(Block block) {
        int middle = block.items.size() / 2;
        List<Block> halves = new ArrayList<>();
        for (List<Integer> half :
                List.of(block.items.subList(0, middle), block.items.subList(middle, block.items.size()))) {
            int start =
                    half.stream().mapToInt(i -> addresses.get(i).start()).min().orElseThrow();
            int end = half.stream().mapToInt(i -> addresses.get(i).end()).max().orElseThrow();
            halves.add(new Block(block.table, start, end, half));
        }
        return halves;
    }

    @Override
    public int requestsMax() {
        return (blocks.size() + REQUESTS_EXTRA) * attempts * line.shareMax();
    }
}

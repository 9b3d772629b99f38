/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.karaf.itests;

import io.bascule.api.module.ModuleKind;
import io.bascule.testkit.fixture.Flavour;
import io.bascule.testkit.fixture.ModuleFixture;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;

/**
 * A deployment in whose middle a gateway is killed.
 *
 * @param kind what it does
 * @param command the shell commands that ask for it
 * @param after what the generations that it makes hold, in order; empty when it cannot succeed
 */
record KillOperation(Kind kind, String command, List<Map<String, String>> after) {

    /** What a deployment does. */
    enum Kind {
        INSTALL,
        UPDATE,
        CANARY,
        ROLLBACK,
        /** Both modules, configurations and grants by one manifest. */
        MANIFEST,
        REMOVE,
        /** A version that cannot get through. */
        BROKEN,
        /** Two deployments, of which the second waits. */
        QUEUE
    }

    /** Makes operations for one gateway. Each module version is used once. */
    static final class Maker {
        private static final List<Flavour> BROKEN = List.of(
                Flavour.DOES_NOT_RESOLVE,
                Flavour.THROWS_ON_START,
                Flavour.FAILS_SELF_TEST,
                Flavour.REFUSES_STATE,
                Flavour.TRAPS_LATER);

        private final Path folder;
        private final Random random;
        private int version;

        Maker(Path home, Random random) throws IOException {
            this.folder = Files.createDirectories(home.resolve("incoming"));
            this.random = random;
        }

        static String base(ModuleKind kind) {
            return "kill-" + kind.name().toLowerCase(Locale.ROOT);
        }

        private static String extra(ModuleKind kind) {
            return "extra-" + kind.name().toLowerCase(Locale.ROOT);
        }

        /** Brings the modules that are there all the time. */
        String install() throws IOException {
            Map<String, String> none = new TreeMap<>();
            return deploy(put(none, ModuleKind.NATIVE, base(ModuleKind.NATIVE), Flavour.GOOD), "--trial 0s") + " ; "
                    + deploy(put(none, ModuleKind.WASM, base(ModuleKind.WASM), Flavour.GOOD), "--trial 0s");
        }

        KillOperation make(Kind kind, ModuleKind module, CommittedState now) throws IOException {
            Map<String, String> next = new TreeMap<>(now.modules());
            String trial = "--trial " + (100 + random.nextInt(300)) + "ms";
            return switch (kind) {
                case INSTALL -> {
                    Path file = put(next, module, extra(module), Flavour.GOOD);
                    yield new KillOperation(kind, deploy(file, trial), List.of(next));
                }
                case UPDATE -> {
                    Path file = put(next, module, base(module), Flavour.NEXT);
                    yield new KillOperation(kind, deploy(file, trial), List.of(next));
                }
                case CANARY -> {
                    Path file = put(next, module, base(module), Flavour.NEXT);
                    String canary = " --canary 10,50 --canary-step " + (100 + random.nextInt(300)) + "ms";
                    yield new KillOperation(kind, deploy(file, trial + canary), List.of(next));
                }
                case BROKEN -> {
                    Flavour flavour = BROKEN.get(random.nextInt(BROKEN.size()));
                    Path file = put(next, module, base(module), flavour);
                    yield new KillOperation(kind, deploy(file, trial.replace("ms", "0ms")), List.of());
                }
                case REMOVE -> {
                    next.remove(extra(module));
                    yield new KillOperation(kind, "bascule:deploy --remove " + extra(module), List.of(next));
                }
                case ROLLBACK -> rollback(now);
                case MANIFEST -> manifest(next);
                case QUEUE -> {
                    Path first = put(next, ModuleKind.NATIVE, base(ModuleKind.NATIVE), Flavour.NEXT);
                    Map<String, String> last = new TreeMap<>(next);
                    Path second = put(last, ModuleKind.WASM, base(ModuleKind.WASM), Flavour.NEXT);
                    yield new KillOperation(
                            kind,
                            deploy(first, trial + " --no-wait") + " ; " + deploy(second, trial),
                            List.of(next, last));
                }
            };
        }

        /** Whether an operation can be asked for now. */
        static boolean isPossible(Kind kind, ModuleKind module, CommittedState now) {
            return switch (kind) {
                case INSTALL -> !now.modules().containsKey(extra(module));
                case REMOVE -> now.modules().containsKey(extra(module));
                case ROLLBACK -> !goals(now).isEmpty();
                default -> true;
            };
        }

        /** The generations that are another than the current one and have both modules that must be there. */
        private static List<Integer> goals(CommittedState now) {
            List<Integer> goals = new ArrayList<>();
            now.generations().forEach((number, modules) -> {
                if (!modules.equals(now.modules())
                        && modules.containsKey(base(ModuleKind.NATIVE))
                        && modules.containsKey(base(ModuleKind.WASM))) {
                    goals.add(number);
                }
            });
            return goals;
        }

        private KillOperation rollback(CommittedState now) {
            List<Integer> goals = goals(now);
            int goal = goals.get(random.nextInt(goals.size()));
            return new KillOperation(
                    Kind.ROLLBACK,
                    "bascule:rollback " + goal,
                    List.of(now.generations().get(goal)));
        }

        private KillOperation manifest(Map<String, String> next) throws IOException {
            List<String> modules = new ArrayList<>();
            for (ModuleKind kind : ModuleKind.values()) {
                Path file = put(next, kind, base(kind), Flavour.NEXT);
                modules.add("""
                        {"name":"%s","url":"%s","configuration":{"note":"%d"},"grants":{"%s":true}}""".formatted(base(kind), file.toUri(), version, random.nextBoolean() ? "log" : "timer"));
            }
            Path manifest = folder.resolve("manifest-" + version + ".json");
            Files.write(manifest, """
                    {"bascule":"deployment/1","name":"both","modules":[%s],"trial":{"seconds":0}}""".formatted(String.join(",", modules)).getBytes(StandardCharsets.UTF_8));
            return new KillOperation(Kind.MANIFEST, deploy(manifest, ""), List.of(next));
        }

        private static String deploy(Path file, String options) {
            return "bascule:deploy " + options + " " + file;
        }

        private Path put(Map<String, String> modules, ModuleKind kind, String name, Flavour flavour)
                throws IOException {
            version++;
            Path file = ModuleFixture.write(folder, kind, name, "1." + version + ".0", flavour);
            modules.put(name, "1." + version + ".0 " + digest(file));
            return file;
        }

        static String digest(Path file) throws IOException {
            try {
                return HexFormat.of()
                        .formatHex(MessageDigest.getInstance("SHA-256").digest(Files.readAllBytes(file)));
            } catch (NoSuchAlgorithmException e) {
                throw new IllegalStateException("every Java runtime has SHA-256", e);
            }
        }
    }
}

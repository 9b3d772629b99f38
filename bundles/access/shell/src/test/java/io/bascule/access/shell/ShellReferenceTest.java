/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.access.shell;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.lang.reflect.Field;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.apache.karaf.shell.api.action.Argument;
import org.apache.karaf.shell.api.action.Command;
import org.apache.karaf.shell.api.action.Option;
import org.junit.jupiter.api.Test;

/** docs/reference/shell.md is written from the commands; {@code -Dbascule.docs.write=true} writes it anew. */
class ShellReferenceTest {

    private static final Path PAGE = Path.of("../../../docs/reference/shell.md");

    private static final Set<String> PROMISED = Set.of(
            "module-list",
            "module-info",
            "module-install",
            "module-start",
            "module-stop",
            "module-update",
            "module-uninstall",
            "module-call",
            "channel-list",
            "channel-read",
            "channel-write",
            "channel-watch",
            "device-browse",
            "channel-export",
            "channel-import",
            "device-list",
            "device-info",
            "store-info",
            "store-read",
            "store-export",
            "flow-list",
            "flow-info",
            "flow-start",
            "flow-stop",
            "flow-validate",
            "alert-list",
            "alert-ack",
            "grant",
            "revoke",
            "grants",
            "status",
            "deploy",
            "deployments",
            "deployment-info",
            "cancel",
            "generations",
            "rollback",
            "history",
            "pause",
            "resume",
            "traffic",
            "service-list");

    @Test
    void everyPromisedCommandExistsAndNoOther() {
        assertEquals(
                PROMISED,
                ShellHarness.commandClasses().stream()
                        .map(c -> c.getAnnotation(Command.class).name())
                        .collect(Collectors.toSet()));
    }

    @Test
    void theReferencePageSaysWhatTheCommandsSay() throws IOException {
        String expected = render();
        if (Boolean.getBoolean("bascule.docs.write")) {
            Files.writeString(PAGE, expected);
        }
        assertEquals(
                expected,
                Files.exists(PAGE) ? Files.readString(PAGE) : "",
                "docs/reference/shell.md is out of date; write it anew with ./mvnw -pl bundles/access/shell test"
                        + " -Dbascule.docs.write=true");
    }

    @Test
    void everyCommandExplainsItselfWithAnExample() {
        try (ShellHarness shell = new ShellHarness()) {
            for (Class<?> type : ShellHarness.commandClasses()) {
                Command command = type.getAnnotation(Command.class);
                String all = shell.help(command.scope() + ":" + command.name());
                assertTrue(all.contains("DESCRIPTION"), command.name() + ": " + all);
                assertTrue(all.contains("Examples:"), command.name() + ": " + all);
                // The shell indents by 8 and breaks what does not fit, also in the middle of an example.
                assertTrue(
                        command.detailedDescription().lines().allMatch(l -> l.length() <= Table.LINE_WIDTH - 8),
                        command.name() + ": a line of its details is too long");
                assertTrue(
                        command.detailedDescription().contains("bascule:" + command.name()),
                        command.name() + " has no example of its own");
            }
        }
    }

    private static String render() {
        StringBuilder page = new StringBuilder();
        page.append("# Shell commands\n\n");
        page.append(
                "Written from the commands themselves by a test: do not edit. Start a shell with `./bascule run` or\n");
        page.append("`ssh -p 8101 admin@127.0.0.1`; `help bascule` lists the commands, the tab key completes names,\n");
        page.append(
                "`COMMAND --help` shows the text below. Options come before arguments. A command that fails prints one sentence that says what to do;\n");
        page.append(
                "over ssh its exit code is not 0. Tables fit 80 columns and cut what does not fit; `--json` cuts nothing.\n");
        for (Class<?> type : ShellHarness.commandClasses()) {
            Command command = type.getAnnotation(Command.class);
            page.append("\n## bascule:").append(command.name()).append("\n\n");
            page.append(command.description()).append(".\n\n");
            page.append("```\nbascule:")
                    .append(command.name())
                    .append(synopsis(type))
                    .append("\n```\n");
            List<String> rows = new ArrayList<>();
            for (Field field : arguments(type)) {
                Argument argument = field.getAnnotation(Argument.class);
                rows.add("| `" + argument.name().toUpperCase(java.util.Locale.ROOT) + "` | " + argument.description()
                        + " |");
            }
            for (Field field : options(type)) {
                Option option = field.getAnnotation(Option.class);
                rows.add("| `" + option.name() + "` | " + option.description() + " |");
            }
            if (!rows.isEmpty()) {
                page.append("\n| part | meaning |\n|---|---|\n")
                        .append(String.join("\n", rows))
                        .append("\n");
            }
            page.append("\n```text\n")
                    .append(command.detailedDescription().strip())
                    .append("\n```\n");
        }
        return page.toString();
    }

    private static String synopsis(Class<?> type) {
        StringBuilder line = new StringBuilder();
        for (Field field : options(type)) {
            boolean isFlag = field.getType() == boolean.class;
            line.append(" [")
                    .append(field.getAnnotation(Option.class).name())
                    .append(isFlag ? "" : " VALUE")
                    .append(']');
        }
        for (Field field : arguments(type)) {
            Argument argument = field.getAnnotation(Argument.class);
            String word = argument.name().toUpperCase(java.util.Locale.ROOT) + (argument.multiValued() ? "..." : "");
            line.append(' ').append(argument.required() ? word : "[" + word + "]");
        }
        return line.toString();
    }

    private static List<Field> arguments(Class<?> type) {
        List<Field> found = new ArrayList<>();
        for (Field field : type.getDeclaredFields()) {
            if (field.isAnnotationPresent(Argument.class)) {
                found.add(field);
            }
        }
        found.sort(Comparator.comparingInt(f -> f.getAnnotation(Argument.class).index()));
        return found;
    }

    private static List<Field> options(Class<?> type) {
        List<Field> found = new ArrayList<>();
        for (Field field : type.getDeclaredFields()) {
            if (field.isAnnotationPresent(Option.class)) {
                found.add(field);
            }
        }
        found.sort(Comparator.comparing(f -> f.getAnnotation(Option.class).name()));
        return found;
    }
}

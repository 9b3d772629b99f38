/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.access.shell;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.apache.felix.gogo.runtime.threadio.ThreadIOImpl;
import org.apache.karaf.shell.api.action.Action;
import org.apache.karaf.shell.api.action.Command;
import org.apache.karaf.shell.api.action.lifecycle.Service;
import org.apache.karaf.shell.api.console.Session;
import org.apache.karaf.shell.impl.action.command.ManagerImpl;
import org.apache.karaf.shell.impl.console.SessionFactoryImpl;
import org.apache.karaf.shell.support.CommandException;

/** Karaf's own shell without OSGi: parses, injects, completes and runs exactly as in the gateway. */
final class ShellHarness implements AutoCloseable {

    /** What a person sees. */
    record Result(String output, String error) {
        boolean isOk() {
            return error.isEmpty();
        }

        List<String> lines() {
            return output.lines().toList();
        }
    }

    private static final Pattern WORD = Pattern.compile("'([^']*)'|(\\S+)");

    private final SessionFactoryImpl factory = new SessionFactoryImpl(new ThreadIOImpl());
    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final Session session;

    ShellHarness(Object... services) {
        for (Object service : services) {
            factory.register(service);
        }
        ManagerImpl manager = new ManagerImpl(factory, factory, true);
        for (Class<?> type : serviceClasses()) {
            manager.register(type);
        }
        PrintStream print = new PrintStream(out, true, StandardCharsets.UTF_8);
        session = factory.create(new ByteArrayInputStream(new byte[0]), print, print);
        session.put("USER", "ada");
    }

    /** Runs a whole line through the shell's own parser; what it prints to the process goes to the session, too. */
    String help(String command) {
        out.reset();
        try {
            session.execute(command + " --help");
        } catch (Exception e) {
            throw new AssertionError("no help for " + command, e);
        }
        return out.toString(StandardCharsets.UTF_8);
    }

    Result run(String line) {
        out.reset();
        String error = "";
        try {
            List<Object> words = words(line);
            String name = words.remove(0).toString();
            int colon = name.indexOf(':');
            factory.getRegistry()
                    .getCommand(name.substring(0, colon), name.substring(colon + 1))
                    .execute(session, words);
        } catch (CommandException e) {
            error = e.getNiceHelp();
        } catch (Exception e) {
            error = "UNEXPECTED " + e;
        }
        return new Result(out.toString(StandardCharsets.UTF_8), error);
    }

    /**
     * Splits as the shell does, to plain texts: in the gateway Karaf's command security turns the shell's tokens into
     * texts before a command gets them, and that part needs OSGi.
     */
    private static List<Object> words(String line) {
        List<Object> words = new ArrayList<>();
        Matcher matcher = WORD.matcher(line);
        while (matcher.find()) {
            words.add(matcher.group(1) == null ? matcher.group(2) : matcher.group(1));
        }
        return words;
    }

    /** Returns the command classes of the bundle, ordered by command name. */
    static List<Class<?>> commandClasses() {
        return serviceClasses().stream()
                .filter(Action.class::isAssignableFrom)
                .sorted(Comparator.comparing(c -> c.getAnnotation(Command.class).name()))
                .toList();
    }

    /** Returns every class with {@code @Service}, as Karaf finds them. */
    static List<Class<?>> serviceClasses() {
        try {
            Path root = Path.of(GatewayCommand.class
                    .getProtectionDomain()
                    .getCodeSource()
                    .getLocation()
                    .toURI());
            List<Class<?>> found = new ArrayList<>();
            try (Stream<Path> files = Files.walk(root)) {
                for (Path file :
                        files.filter(f -> f.toString().endsWith(".class")).toList()) {
                    String name = root.relativize(file).toString().replace('/', '.');
                    Class<?> type = Class.forName(name.substring(0, name.length() - ".class".length()));
                    if (type.isAnnotationPresent(Service.class)) {
                        found.add(type);
                    }
                }
            }
            return found;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (URISyntaxException | ClassNotFoundException e) {
            throw new AssertionError("the classes of the bundle cannot be listed", e);
        }
    }

    @Override
    public void close() {
        session.close();
        factory.stop();
    }
}

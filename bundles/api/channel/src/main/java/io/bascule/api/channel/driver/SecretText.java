/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.api.channel.driver;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A text of a configuration in which secrets stand by reference, <code>{file:PATH}</code> or <code>{env:NAME}</code>, so that the
 * configuration can be shown and copied. What is neither stands for itself. Immutable; never shows what it stands for.
 */
public final class SecretText {

    /** Longest secret, in bytes. */
    public static final int BYTES_MAX = 65_536;

    private static final Pattern REFERENCE = Pattern.compile("\\{(file|env):([^{}]*)}");

    private final List<Part> parts;

    /** A piece of the text: literal, or the name of what it stands for. */
    private record Part(Kind kind, String text) {}

    private enum Kind {
        LITERAL,
        FILE,
        ENVIRONMENT
    }

    private SecretText(List<Part> parts) {
        this.parts = List.copyOf(parts);
    }

    /**
     * Understands a text; does no input or output.
     *
     * @throws IllegalArgumentException when a reference names nothing or is not closed
     */
    public static SecretText parse(String written) {
        List<Part> parts = new ArrayList<>();
        Matcher matcher = REFERENCE.matcher(written);
        int at = 0;
        while (matcher.find()) {
            literal(written.substring(at, matcher.start()), parts);
            String name = matcher.group(2).strip();
            if (name.isEmpty()) {
                throw new IllegalArgumentException(
                        "'" + matcher.group() + "' names nothing; expected {file:PATH} or" + " {env:NAME}");
            }
            parts.add(new Part(matcher.group(1).equals("file") ? Kind.FILE : Kind.ENVIRONMENT, name));
            at = matcher.end();
        }
        literal(written.substring(at), parts);
        return new SecretText(parts);
    }

    private static void literal(String text, List<Part> parts) {
        if (text.contains("{file:") || text.contains("{env:")) {
            throw new IllegalArgumentException("a reference {file:PATH} or {env:NAME} is not closed");
        }
        if (!text.isEmpty()) {
            parts.add(new Part(Kind.LITERAL, text));
        }
    }

    /** Returns whether there is nothing at all. */
    public boolean isEmpty() {
        return parts.isEmpty();
    }

    /**
     * Returns the text with its secrets, read anew each time. White space at the end of a file does not count.
     *
     * @throws DriverException when a file or variable is not there, is empty, too long or holds a control character; the message
     *     names it and never its content
     */
    public String resolve() throws DriverException {
        StringBuilder text = new StringBuilder();
        for (Part part : parts) {
            switch (part.kind()) {
                case LITERAL -> text.append(part.text());
                case FILE -> text.append(checked("file '" + part.text() + "'", file(part.text())));
                case ENVIRONMENT -> {
                    String value = System.getenv(part.text());
                    if (value == null) {
                        throw new DriverException("the secret in environment variable '" + part.text()
                                + "' is not there; set it for the gateway's process");
                    }
                    text.append(checked("environment variable '" + part.text() + "'", value));
                }
            }
        }
        return text.toString();
    }

    private static String file(String name) throws DriverException {
        try {
            Path path = Path.of(name);
            if (Files.size(path) > BYTES_MAX) {
                throw new DriverException("the secret in file '" + name + "' is longer than " + BYTES_MAX + " bytes");
            }
            return Files.readString(path, StandardCharsets.UTF_8).stripTrailing();
        } catch (IOException | InvalidPathException e) {
            throw new DriverException(
                    "the secret in file '" + name + "' cannot be read: "
                            + e.getClass().getSimpleName()
                            + "; expected a UTF-8 text, relative to the gateway's working folder",
                    e);
        }
    }

    private static String checked(String where, String secret) throws DriverException {
        if (secret.isEmpty() || secret.chars().anyMatch(Character::isISOControl)) {
            throw new DriverException("the secret in " + where + " is "
                    + (secret.isEmpty() ? "empty" : "of several lines or holds a control character")
                    + "; expected one line");
        }
        return secret;
    }

    /** Says nothing of the text. */
    @Override
    public String toString() {
        return isEmpty() ? "SecretText[]" : "SecretText[***]";
    }
}

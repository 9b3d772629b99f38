/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.karaf.conformance;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import javax.xml.XMLConstants;
import javax.xml.parsers.DocumentBuilderFactory;
import javax.xml.parsers.ParserConfigurationException;
import org.w3c.dom.Document;
import org.w3c.dom.Element;
import org.w3c.dom.Node;
import org.xml.sax.SAXException;

/**
 * The checkout that the tests look at: what Git tracks, and what it would track after {@code git add}, so that a rule
 * breaks before the commit and not after it. Build products are found through {@link BundleFolder}.
 */
final class Checkout {

    private static final int SNIFFED_CHARS = 8_000;

    private static final Checkout HERE = new Checkout(findRoot());

    private final Path root;
    private final List<String> files;

    private Checkout(Path root) {
        this.root = root;
        this.files = listFiles(root);
    }

    static Checkout here() {
        return HERE;
    }

    /** Returns the folder with the root pom. */
    Path root() {
        return root;
    }

    /** Returns the paths of all files, relative to the root, with slashes, sorted. */
    List<String> files() {
        return files;
    }

    List<String> files(Predicate<String> wanted) {
        return files.stream().filter(wanted).toList();
    }

    /** Returns whether {@code path} is a file of the project or a folder that holds one. */
    boolean has(String path) {
        String folder = path.endsWith("/") ? path : path + "/";
        return path.isEmpty() || files.contains(path) || files.stream().anyMatch(f -> f.startsWith(folder));
    }

    String text(String path) {
        return textOf(root.resolve(path));
    }

    /** Returns whether {@code path} holds text: no NUL near its start. */
    boolean isText(String path) {
        String text = text(path);
        return text.substring(0, Math.min(text.length(), SNIFFED_CHARS)).indexOf('\0') < 0;
    }

    /** Returns every folder with a {@code bnd.bnd} beside a {@code pom.xml}: the bundles of the product, and testkit. */
    List<BundleFolder> bundles() {
        List<BundleFolder> bundles = new ArrayList<>();
        for (String file : files(f -> f.endsWith("/bnd.bnd") && !f.startsWith("cnf/"))) {
            String folder = file.substring(0, file.length() - "/bnd.bnd".length());
            if (files.contains(folder + "/pom.xml")) {
                bundles.add(new BundleFolder(root, folder));
            }
        }
        if (bundles.isEmpty()) {
            throw new AssertionError("no bundle folders found under " + root + "; is this the project's checkout?");
        }
        return List.copyOf(bundles);
    }

    /** Returns those of {@link #bundles()} that have their jar; {@link BuiltTest} names the others. */
    List<BundleFolder> builtBundles() {
        return bundles().stream().filter(BundleFolder::isBuilt).toList();
    }

    /** Parses XML without touching the network. */
    static Document xml(Path file) {
        try {
            DocumentBuilderFactory factory = DocumentBuilderFactory.newInstance();
            factory.setFeature(XMLConstants.FEATURE_SECURE_PROCESSING, true);
            factory.setFeature("http://apache.org/xml/features/disallow-doctype-decl", true);
            return factory.newDocumentBuilder().parse(file.toFile());
        } catch (SAXException | ParserConfigurationException e) {
            throw new AssertionError(file + " is not well-formed XML: " + e.getMessage(), e);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read " + file, e);
        }
    }

    /** Returns all descendants of {@code node} with the given name, without its prefix. */
    static List<Element> elements(Node node, String name) {
        List<Element> found = new ArrayList<>();
        for (Node child = node.getFirstChild(); child != null; child = child.getNextSibling()) {
            if (child instanceof Element element) {
                String tag = element.getTagName();
                if (tag.substring(tag.indexOf(':') + 1).equals(name)) {
                    found.add(element);
                }
            }
            found.addAll(elements(child, name));
        }
        return found;
    }

    /** Returns the text of the child element {@code name}, trimmed; empty when there is none. */
    static String childText(Element parent, String name) {
        for (Node child = parent.getFirstChild(); child != null; child = child.getNextSibling()) {
            if (child instanceof Element element && element.getTagName().equals(name)) {
                return element.getTextContent().trim();
            }
        }
        return "";
    }

    static String textOf(Path file) {
        try {
            return new String(Files.readAllBytes(file), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read " + file, e);
        }
    }

    /** Runs a command in {@code folder} and returns what it wrote; fails with its output when it fails. */
    static String run(Path folder, String... command) {
        try {
            Process process = new ProcessBuilder(command)
                    .directory(folder.toFile())
                    .redirectErrorStream(true)
                    .start();
            process.getOutputStream().close();
            String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            int code = process.waitFor();
            if (code != 0) {
                throw new AssertionError(String.join(" ", command) + " ended with " + code + ": " + output.trim());
            }
            return output;
        } catch (IOException e) {
            throw new UncheckedIOException("cannot run " + command[0] + "; install it", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError("interrupted while running " + command[0], e);
        }
    }

    private static Path findRoot() {
        Path start = Path.of("").toAbsolutePath();
        for (Path folder = start; folder != null; folder = folder.getParent()) {
            if (Files.exists(folder.resolve("mvnw")) && Files.exists(folder.resolve("cnf/parent/pom.xml"))) {
                return folder;
            }
        }
        throw new AssertionError("no checkout of the project at or above " + start + "; run ./mvnw from its root");
    }

    private static List<String> listFiles(Path root) {
        String output = run(root, "git", "ls-files", "-z", "--cached", "--others", "--exclude-standard");
        List<String> found = new ArrayList<>();
        for (String file : output.split("\0", -1)) {
            // A tracked file that somebody has just deleted is still listed.
            if (!file.isEmpty() && Files.isRegularFile(root.resolve(file))) {
                found.add(file);
            }
        }
        return found.stream().sorted().distinct().toList();
    }
}

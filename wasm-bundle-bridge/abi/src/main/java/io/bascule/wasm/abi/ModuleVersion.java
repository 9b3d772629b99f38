/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.wasm.abi;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A version as modules write it (Semantic Versioning 2.0.0) and as OSGi wants it. {@code 1.2.0-rc.1} becomes
 * {@code 1.2.0.rc_1}. OSGi sorts that above {@code 1.2.0}, Semantic Versioning below: do not rely on the order of a
 * pre-release and its release.
 *
 * @param text as written
 * @param osgi as OSGi writes it
 */
public record ModuleVersion(String text, String osgi) {

    private static final int LENGTH_MAX = 64;
    // https://semver.org/spec/v2.0.0.html, items 2, 9 and 10; numbers bounded so that they fit an int.
    private static final Pattern SEMVER = Pattern.compile(
            "(0|[1-9]\\d{0,8})\\.(0|[1-9]\\d{0,8})\\.(0|[1-9]\\d{0,8})(?:-([0-9A-Za-z.-]+))?(?:\\+([0-9A-Za-z.-]+))?");

    /**
     * Reads a version.
     *
     * @throws IllegalArgumentException when the text is not a semantic version
     */
    public static ModuleVersion parse(String text) {
        Matcher matcher = SEMVER.matcher(text);
        if (text.length() > LENGTH_MAX || !matcher.matches()) {
            throw new IllegalArgumentException(
                    "version '" + text
                            + "' is not valid; expected three numbers such as 1.2.0, perhaps with a pre-release such as 1.2.0-rc.1");
        }
        StringBuilder osgi = new StringBuilder(matcher.group(1))
                .append('.')
                .append(matcher.group(2))
                .append('.')
                .append(matcher.group(3));
        String pre = matcher.group(4);
        String build = matcher.group(5);
        if (pre != null) {
            osgi.append('.').append(pre.replace('.', '_'));
        }
        if (build != null) {
            osgi.append(pre == null ? '.' : '-').append(build.replace('.', '_'));
        }
        return new ModuleVersion(text, osgi.toString());
    }

    @Override
    public String toString() {
        return text;
    }
}

/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.wasm.extender.wrap;

import com.google.gson.JsonPrimitive;
import io.bascule.wasm.abi.ConfigField;
import io.bascule.wasm.abi.ModuleMetadata;
import java.util.List;

/**
 * Writes a module's settings as OSGi Metatype (Compendium 105, schema 1.3), from which consoles make a form. The PID is
 * the module's name.
 */
final class MetatypeWriter {

    private final StringBuilder out = new StringBuilder(1024);

    private MetatypeWriter() {}

    /** Returns the path of the file in the bundle. */
    static String path(ModuleMetadata metadata) {
        return "OSGI-INF/metatype/" + metadata.name() + ".xml";
    }

    static String write(ModuleMetadata metadata) {
        return new MetatypeWriter().document(metadata);
    }

    private String document(ModuleMetadata metadata) {
        out.append("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
        out.append("<metatype:MetaData xmlns:metatype=\"http://www.osgi.org/xmlns/metatype/v1.3.0\">\n  <OCD");
        attribute("id", metadata.name());
        attribute("name", "Module " + metadata.name());
        attribute("description", metadata.description());
        out.append(">\n");
        var defaults = metadata.configDefaults();
        for (ConfigField field : metadata.config().fields()) {
            field(field, defaults.has(field.name()) ? defaults.getAsJsonPrimitive(field.name()) : null);
        }
        out.append("  </OCD>\n  <Designate");
        attribute("pid", metadata.name());
        out.append("><Object");
        attribute("ocdref", metadata.name());
        return out.append("/></Designate>\n</metatype:MetaData>\n").toString();
    }

    private void field(ConfigField field, @org.jspecify.annotations.Nullable JsonPrimitive value) {
        out.append("    <AD");
        attribute("id", field.name());
        attribute("name", field.title());
        attribute("description", field.description());
        attribute(
                "type",
                switch (field.type()) {
                    case STRING -> "String";
                    case INTEGER -> "Long";
                    case NUMBER -> "Double";
                    case BOOLEAN -> "Boolean";
                });
        attribute("cardinality", "0");
        attribute("required", Boolean.toString(field.isRequired()));
        if (value != null) {
            attribute("default", escapeList(value.getAsString()));
        }
        if (field.min() != null) {
            attribute("min", field.min().toPlainString());
        }
        if (field.max() != null) {
            attribute("max", field.max().toPlainString());
        }
        List<JsonPrimitive> choices = field.choices();
        if (choices.isEmpty()) {
            out.append("/>\n");
            return;
        }
        out.append(">\n");
        for (JsonPrimitive choice : choices) {
            out.append("      <Option");
            attribute("label", choice.getAsString());
            attribute("value", choice.getAsString());
            out.append("/>\n");
        }
        out.append("    </AD>\n");
    }

    /** A default is a comma-separated list even where only one value is allowed (Compendium 105.11). */
    private static String escapeList(String text) {
        return text.replace("\\", "\\\\").replace(",", "\\,");
    }

    private void attribute(String name, String value) {
        out.append(' ').append(name).append("=\"");
        value.codePoints().forEach(c -> {
            switch (c) {
                case '&' -> out.append("&amp;");
                case '<' -> out.append("&lt;");
                case '>' -> out.append("&gt;");
                case '"' -> out.append("&quot;");
                default -> {
                    // XML 1.0 §2.2: other control characters cannot be written at all.
                    boolean isWritable = c >= ' ' && c != 0xFFFE && c != 0xFFFF && (c < 0xD800 || c > 0xDFFF);
                    out.appendCodePoint(isWritable ? c : ' ');
                }
            }
        });
        out.append('"');
    }
}

/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.core.configuration;

import java.io.InputStream;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import javax.xml.stream.XMLInputFactory;
import javax.xml.stream.XMLStreamException;
import javax.xml.stream.XMLStreamReader;

/** Reads a metatype file: which keys the configuration of each PID that is no factory has. */
final class MetatypeKeys {

    private MetatypeKeys() {}

    /** Returns PID to keys; a PID without a description in the same file has none. */
    static Map<String, Set<String>> ofSingletons(InputStream in) throws XMLStreamException {
        XMLInputFactory factory = XMLInputFactory.newFactory();
        // A file of any bundle is read: it must not make the gateway read other files.
        factory.setProperty(XMLInputFactory.SUPPORT_DTD, false);
        factory.setProperty(XMLInputFactory.IS_SUPPORTING_EXTERNAL_ENTITIES, false);
        XMLStreamReader xml = factory.createXMLStreamReader(in);
        Map<String, Set<String>> keysOf = new HashMap<>();
        Map<String, String> definitionOf = new TreeMap<>();
        Set<String> keys = new TreeSet<>();
        String pid = null;
        while (xml.hasNext()) {
            if (xml.next() == XMLStreamReader.START_ELEMENT) {
                switch (xml.getLocalName()) {
                    case "OCD" -> {
                        keys = new TreeSet<>();
                        keysOf.put(xml.getAttributeValue(null, "id"), keys);
                    }
                    case "AD" -> keys.add(xml.getAttributeValue(null, "id"));
                    case "Designate" -> {
                        boolean isFactory = xml.getAttributeValue(null, "factoryPid") != null;
                        pid = isFactory ? null : xml.getAttributeValue(null, "pid");
                        if (pid != null) {
                            definitionOf.put(pid, "");
                        }
                    }
                    case "Object" -> {
                        if (pid != null) {
                            definitionOf.put(pid, xml.getAttributeValue(null, "ocdref"));
                        }
                    }
                    default -> {
                        // Options and names say nothing about keys.
                    }
                }
            }
        }
        Map<String, Set<String>> found = new TreeMap<>();
        definitionOf.forEach((name, definition) -> found.put(name, keysOf.getOrDefault(definition, Set.of())));
        return found;
    }
}

/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.karaf.conformance;

import java.util.List;
import java.util.Optional;

/**
 * The layers of docs/architecture.md. Imports point to a lower layer only; siblings in a layer meet in an API. Some layers
 * hold an ordered chain: the API bundles, the bridge (docs/adr/0004), and the assembly, whose tests run the benchmarks' soak.
 */
enum Layer {
    /** Contracts. Security knows nothing; channels are authorised; modules and flows carry channels' readings. */
    API(0, "io.bascule.api.", "security < channel < module flow store"),
    /** One provider for each contract. */
    CORE(1, "io.bascule.core.", ""),
    /** What a driver and a connector of one protocol share; each takes it into its bundle. */
    PROTOCOL(1, "io.bascule.protocol.", ""),
    /** Devices. */
    DRIVER(2, "io.bascule.driver.", ""),
    /** Brokers and other remote ends. */
    CONNECTOR(2, "io.bascule.connectors.", ""),
    /** WASM. */
    BRIDGE(2, "io.bascule.wasm.", "abi < engine < capabilities < extender"),
    /** Native modules to learn from. */
    SAMPLE(2, "io.bascule.samples.", ""),
    /** People and fleets. */
    ACCESS(3, "io.bascule.access.", ""),
    /** Kura's API declared anew, and adapters to it. */
    KURA(3, "io.bascule.kura.", "api < host components"),
    /** What runs and tests the whole. */
    ASSEMBLY(4, "io.bascule.karaf.", "benchmarks < itests");

    private final int number;
    private final String prefix;
    // Bundles in their order, "<" between ranks; a bundle that is not named has siblings only.
    private final String chain;

    Layer(int number, String prefix, String chain) {
        this.number = number;
        this.prefix = prefix;
        this.chain = chain;
    }

    /** Returns the layer of a package or class, empty when it is not the product's. */
    static Optional<Layer> of(String name) {
        for (Layer layer : values()) {
            if ((name + ".").startsWith(layer.prefix)) {
                return Optional.of(layer);
            }
        }
        return Optional.empty();
    }

    /** Returns the bundle that a package or class of this layer is in, such as {@code io.bascule.core.flow}. */
    String bundleOf(String name) {
        String rest = name.substring(prefix.length());
        int dot = rest.indexOf('.');
        return prefix + (dot < 0 ? rest : rest.substring(0, dot));
    }

    /** Returns whether a class in {@code from} may use a class in {@code to}; both are packages of the product. */
    static boolean mayImport(String from, String to) {
        Layer origin = of(from).orElseThrow(() -> new IllegalArgumentException(from + " is in no layer"));
        Optional<Layer> target = of(to);
        if (target.isEmpty()) {
            return false;
        }
        Layer layer = target.get();
        if (origin.bundleOf(from).equals(layer.bundleOf(to))) {
            return true;
        }
        if (layer.number != origin.number) {
            return layer.number < origin.number;
        }
        return layer == origin && layer.rank(to) >= 0 && layer.rank(to) < origin.rank(from);
    }

    private int rank(String name) {
        String bundle = bundleOf(name).substring(prefix.length());
        List<String> ranks = List.of(chain.split(" < ", -1));
        for (int i = 0; i < ranks.size(); i++) {
            if (List.of(ranks.get(i).split(" ", -1)).contains(bundle)) {
                return i;
            }
        }
        return -1;
    }
}

/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.wasm.engine.chicory;

import java.util.HashMap;
import java.util.Map;

/** Loads the classes of one module; when the module and its instances are gone, so are they. Safe for any thread. */
final class ModuleClassLoader extends ClassLoader {

    static {
        registerAsParallelCapable();
    }

    private final Map<String, byte[]> pending;

    ModuleClassLoader(GeneratedClasses generated) {
        super("bascule-wasm", ModuleClassLoader.class.getClassLoader());
        this.pending = new HashMap<>(generated.classes());
    }

    /**
     * Loads and verifies all classes, so that a defect shows now and not in a call.
     *
     * @throws LinkageError when one is not valid
     */
    void link(GeneratedClasses generated) throws ClassNotFoundException {
        for (String name : generated.classes().keySet()) {
            Class.forName(name, true, this);
        }
    }

    @Override
    protected Class<?> findClass(String name) throws ClassNotFoundException {
        byte[] bytes;
        synchronized (pending) {
            bytes = pending.remove(name);
        }
        if (bytes == null) {
            throw new ClassNotFoundException(name);
        }
        return defineClass(name, bytes, 0, bytes.length);
    }
}

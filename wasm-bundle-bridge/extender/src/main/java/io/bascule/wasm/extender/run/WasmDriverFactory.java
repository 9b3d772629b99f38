/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.wasm.extender.run;

import com.google.gson.JsonObject;
import io.bascule.api.channel.driver.DeviceSettings;
import io.bascule.api.channel.driver.Driver;
import io.bascule.api.channel.driver.DriverFactory;
import io.bascule.api.module.ModuleException;
import io.bascule.wasm.abi.ConfigField;
import io.bascule.wasm.engine.WasmException;
import org.jspecify.annotations.Nullable;

/**
 * Makes the drivers of a module's devices. A device's settings are those of the module's schema, over what is configured for the
 * module itself. Safe for use by any thread.
 */
public final class WasmDriverFactory implements DriverFactory<WasmAddress>, AutoCloseable {

    private static final String ABSENT = "\0";

    private final WasmModule module;
    /** The one used last: a list of channels is read with one configuration, and another device of the module often has the same. */
    private @Nullable AddressBook book;

    WasmDriverFactory(WasmModule module) {
        this.module = module;
    }

    @Override
    public Driver<WasmAddress> create(DeviceSettings settings) {
        JsonObject own = new JsonObject();
        for (ConfigField field : module.metadata().config().fields()) {
            String text = settings.text(field.name(), ABSENT);
            if (!text.equals(ABSENT)) {
                own.add(field.name(), field.convert(text));
            }
        }
        String config = "{}";
        try {
            config = module.settings().with(own.toString());
            book(config);
        } catch (ModuleException e) {
            settings.problem(String.valueOf(e.getMessage()));
        } catch (WasmException e) {
            settings.problem(
                    "module '" + module.metadata().name() + "' failed with this configuration: " + e.getMessage());
        }
        return new WasmDriver(module, this, config);
    }

    /** Returns the address book of a configuration; one for another configuration is closed. */
    synchronized AddressBook book(String config) throws WasmException, ModuleException {
        AddressBook present = book;
        if (present == null || !present.config().equals(config)) {
            AddressBook next = new AddressBook(module, config);
            close();
            book = next;
            return next;
        }
        return present;
    }

    @Override
    public synchronized void close() {
        AddressBook present = book;
        book = null;
        if (present != null) {
            present.close();
        }
    }
}

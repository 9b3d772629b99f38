/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.wasm.extender.run;

import io.bascule.api.channel.Channel;
import io.bascule.api.channel.ValueKind;
import io.bascule.api.module.ModuleException;
import io.bascule.wasm.abi.GuestContract;
import io.bascule.wasm.abi.ReturnCode;
import io.bascule.wasm.engine.WasmException;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Asks an instance that has no device what addresses mean, for one configuration of a module. So a configuration is found right or
 * wrong before there is a connection, and while there is one nobody disturbs it. Safe for use by any thread.
 */
final class AddressBook implements AutoCloseable {

    /** Addresses of one instance; then a fresh one takes over, so that nothing grows for ever. */
    private static final int ADDRESSES_MAX = 20_000;

    private final WasmModule module;
    private final String config;
    private @Nullable DriverGuest guest;

    /**
     * Makes one.
     *
     * @param config the whole configuration
     * @throws ModuleException when the guest refuses it; says why
     * @throws WasmException when it traps
     */
    AddressBook(WasmModule module, String config) throws WasmException, ModuleException {
        this.module = module;
        this.config = config;
        this.guest = module.newDriverGuest(config);
    }

    String config() {
        return config;
    }

    private DriverGuest guest() throws WasmException, ModuleException {
        DriverGuest present = guest;
        if (present == null) {
            present = module.newDriverGuest(config);
            guest = present;
        }
        return present;
    }

    /**
     * Returns what an address means.
     *
     * @throws IllegalArgumentException when it is none; says why
     */
    synchronized WasmAddress understand(String text) {
        String name = module.metadata().name();
        if (DriverGuest.isTooLong(text)) {
            throw new IllegalArgumentException(
                    "an address for module '" + name + "' has 1 to " + GuestContract.ADDRESS_BYTES_MAX + " bytes");
        }
        int code = call("address", () -> tell(text));
        if (code < 0) {
            DriverGuest present = guest;
            String why = present == null ? "" : present.guest().host().complaint();
            throw new IllegalArgumentException("module '" + name + "' does not take it: " + ReturnCode.describe(code)
                    + (why.isEmpty() ? "" : ", " + why));
        }
        Optional<ValueKind> kind = kind(code & GuestContract.ADDRESS_KIND);
        boolean canRead = (code & GuestContract.ADDRESS_READ) != 0;
        boolean canWrite = (code & GuestContract.ADDRESS_WRITE) != 0;
        int known = GuestContract.ADDRESS_KIND | GuestContract.ADDRESS_READ | GuestContract.ADDRESS_WRITE;
        if (kind.isEmpty() || !(canRead || canWrite) || (code & ~known) != 0) {
            throw new IllegalArgumentException("module '" + name + "' answers " + code
                    + "; expected 1 (f64), 2 (i64) or 3 (bool), plus 16 for readable, 32 for writable or both");
        }
        return new WasmAddress(
                text,
                kind.get(),
                canRead && canWrite ? Channel.Access.READ_WRITE : canRead ? Channel.Access.READ : Channel.Access.WRITE);
    }

    private static Optional<ValueKind> kind(int code) {
        for (ValueKind kind : ValueKind.values()) {
            if (kind.code() == code && kind.isFixed()) {
                return Optional.of(kind);
            }
        }
        return Optional.empty();
    }

    private int tell(String text) throws WasmException, ModuleException {
        DriverGuest present = guest();
        if (present.size() >= ADDRESSES_MAX && !present.knows(text)) {
            close();
            return guest().tell(text);
        }
        int code = present.tell(text);
        if (code == ReturnCode.TOO_LARGE.code() && present.size() > 0) {
            // It may be full of addresses that nobody uses any more.
            close();
            return guest().tell(text);
        }
        return code;
    }

    /**
     * Returns how many requests a poll of these addresses makes at most.
     *
     * @throws IllegalArgumentException when the guest does not say so
     */
    synchronized int requests(List<WasmAddress> addresses) {
        int requests = call("plan", () -> {
            int code = tellAll(addresses);
            // One of them may have made room for itself, and then the others are to be told again.
            code = code < 0 ? code : tellAll(addresses);
            if (code < 0) {
                return code;
            }
            if (addresses.stream().anyMatch(this::isUnknown)) {
                return ReturnCode.TOO_LARGE.code();
            }
            int count = guest().guest().plan(guest().records(addresses));
            guest().guest().host().discard();
            return count;
        });
        if (requests < 1 || requests > GuestContract.POLL_REQUESTS_MAX) {
            throw new IllegalArgumentException("module '" + module.metadata().name() + "' plans "
                    + (requests < 0 ? ReturnCode.describe(requests) : requests) + " for " + addresses.size()
                    + " channels; expected 1 to " + GuestContract.POLL_REQUESTS_MAX + " requests");
        }
        return requests;
    }

    private boolean isUnknown(WasmAddress address) {
        DriverGuest present = guest;
        return present == null || present.number(address) == 0;
    }

    private int tellAll(List<WasmAddress> addresses) throws WasmException, ModuleException {
        for (WasmAddress address : addresses) {
            int code = tell(address.text());
            if (code < 0) {
                return code;
            }
        }
        return 0;
    }

    /** A question to the guest. */
    private interface Question {
        int ask() throws WasmException, ModuleException;
    }

    private int call(String what, Question question) {
        try {
            return question.ask();
        } catch (WasmException e) {
            close();
            throw new IllegalArgumentException(
                    "module '" + module.metadata().name() + "' failed in " + what + ": " + e.getMessage(), e);
        } catch (ModuleException e) {
            throw new IllegalArgumentException(String.valueOf(e.getMessage()), e);
        }
    }

    @Override
    public synchronized void close() {
        DriverGuest present = guest;
        guest = null;
        if (present != null) {
            present.close();
        }
    }
}

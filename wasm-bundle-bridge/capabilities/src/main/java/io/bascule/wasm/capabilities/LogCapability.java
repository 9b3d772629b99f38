/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.wasm.capabilities;

import io.bascule.api.security.Capability;
import io.bascule.wasm.abi.GuestContract;
import io.bascule.wasm.abi.HostInterface;
import io.bascule.wasm.engine.WasmException;
import io.bascule.wasm.engine.WasmInstance;
import org.slf4j.Logger;
import org.slf4j.MDC;

/** Lines of a guest in the gateway's log, marked with the module's name. */
final class LogCapability {

    /** The key under which a log layout finds the module of a line. */
    private static final String MDC_KEY = "module";

    private static final int ERROR = 1;
    private static final int WARNING = 2;
    static final int INFO = 3;

    private final String module;
    private final Permissions permissions;
    private final Logger log;
    private final RateLimit rate;
    private String complaint = "";

    LogCapability(String module, Permissions permissions, Logger log, CapabilityLimits limits) {
        this.module = module;
        this.permissions = permissions;
        this.log = log;
        this.rate = new RateLimit(limits.logLinesPerSecond(), System.nanoTime());
    }

    void offer(Offers offers) {
        offers.add(HostInterface.LOG, "write", this::write);
    }

    private long write(WasmInstance guest, long[] args) throws WasmException {
        // Read first: a bad pointer is a trap, whether or not the line would be written.
        String text = GuestData.textCut(guest, (int) args[1], (int) args[2], GuestContract.LOG_BYTES_MAX);
        line((int) args[0], text);
        return 0;
    }

    void line(int level, String text) {
        if (!permissions.allows(Capability.LOG) || !rate.tryPass(System.nanoTime())) {
            return;
        }
        String line = oneLine(text);
        if (level == ERROR || level == WARNING) {
            complaint = line;
        }
        long dropped = rate.takeDropped();
        MDC.put(MDC_KEY, module);
        try {
            if (dropped > 0) {
                log.warn("module={} logs too fast: dropped {} lines", module, dropped);
            }
            switch (level) {
                case ERROR -> log.error("module={} {}", module, line);
                case WARNING -> log.warn("module={} {}", module, line);
                case INFO -> log.info("module={} {}", module, line);
                default -> log.debug("module={} {}", module, line);
            }
        } finally {
            MDC.remove(MDC_KEY);
        }
    }

    /** Forgets what it complained about. */
    void beginCall() {
        complaint = "";
    }

    /** Returns the last error or warning of the present call; empty when there was none. */
    String complaint() {
        return complaint;
    }

    /** A guest must not be able to forge lines of others. */
    static String oneLine(String text) {
        StringBuilder line = new StringBuilder(text.length());
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            line.append(Character.isISOControl(c) ? '\u00b7' : c);
        }
        return line.toString();
    }
}

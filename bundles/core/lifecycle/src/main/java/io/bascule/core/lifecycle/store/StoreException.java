/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.core.lifecycle.store;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.ReadOnlyFileSystemException;
import java.util.Locale;

/** The store could not do what it was asked; what was stored before is as it was. The message names the file and what to do. */
public final class StoreException extends IOException {

    private static final long serialVersionUID = 1L;

    /** A failure with what was expected, what was got and what to do. */
    public StoreException(String message) {
        super(message);
    }

    /** A failure with what caused it. */
    public StoreException(String message, Throwable cause) {
        super(message, cause);
    }

    /** The failure of an operation on a file, for example {@code append to}, with the advice that fits its cause. */
    static StoreException cannot(String operation, Path file, Throwable cause) {
        return new StoreException("cannot " + operation + " '" + file + "': " + cause + "; " + advice(cause), cause);
    }

    private static String advice(Throwable cause) {
        String message = String.valueOf(cause.getMessage()).toLowerCase(Locale.ROOT);
        if (message.contains("no space") || message.contains("quota") || message.contains("not enough space")) {
            return "free space on its device";
        }
        if (cause instanceof ReadOnlyFileSystemException || message.contains("read-only")) {
            return "mount its device so that it can be written";
        }
        if (cause instanceof AccessDeniedException || message.contains("permission")) {
            return "give the user of the gateway the right to read and write it";
        }
        if (cause instanceof NoSuchFileException) {
            return "it is not there; expected the store to be left to the gateway alone";
        }
        return "check the device and its file system";
    }
}

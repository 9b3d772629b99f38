/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.access.shell;

import io.bascule.api.flow.FlowException;
import io.bascule.api.module.ModuleException;
import io.bascule.api.security.GrantStoreException;
import io.bascule.api.security.Subject;
import java.io.IOException;
import java.io.PrintStream;
import org.apache.karaf.shell.api.action.Action;
import org.apache.karaf.shell.api.action.lifecycle.Reference;
import org.apache.karaf.shell.api.console.Session;
import org.apache.karaf.shell.support.CommandException;
import org.jspecify.annotations.Nullable;

/**
 * What every command of the gateway has in common: where it prints, on whose behalf it works, and that an expected
 * failure reaches the person as one plain sentence.
 */
public abstract class GatewayCommand implements Action {

    private static final String UNKNOWN_OPERATOR = "unknown";

    @Reference
    @Nullable
    Session session;

    /** Does the work. */
    protected abstract void run()
            throws ModuleException, FlowException, GrantStoreException, CommandException, IOException,
                    InterruptedException;

    @Override
    public final @Nullable Object execute() throws CommandException {
        try {
            run();
            console().flush();
            return null;
        } catch (InterruptedException e) {
            // The person pressed Ctrl-C: the command ends, nothing else does.
            Thread.currentThread().interrupt();
            return null;
        } catch (ModuleException
                | FlowException
                | GrantStoreException
                | IllegalArgumentException
                | IllegalStateException
                | IOException e) {
            throw failure(e.getMessage() == null ? e.toString() : e.getMessage());
        }
    }

    /** Returns where the command prints. */
    protected PrintStream console() {
        return session().getConsole();
    }

    /** Returns the person who typed the command, for the audit. */
    protected Subject operator() {
        Object user = session().get("USER");
        return Subject.operator(user == null || user.toString().isBlank() ? UNKNOWN_OPERATOR : user.toString());
    }

    /**
     * Returns {@code service} if it is there.
     *
     * @param what its name for people
     * @param bundle the bundle that should provide it
     * @throws CommandException when it is not; says where to look
     */
    protected static <T> T require(@Nullable T service, String what, String bundle) throws CommandException {
        if (service == null) {
            throw failure("The " + what + " is not running; 'bundle:diag " + bundle + "' says why.");
        }
        return service;
    }

    /** Returns a failure that is shown to the person as {@code message} and nothing else. */
    protected static CommandException failure(String message) {
        return new CommandException(message, message);
    }

    private Session session() {
        if (session == null) {
            throw new IllegalStateException("a command runs only in a shell session");
        }
        return session;
    }
}

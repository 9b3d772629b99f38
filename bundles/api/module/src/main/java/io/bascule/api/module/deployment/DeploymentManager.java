/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.api.module.deployment;

import io.bascule.api.module.ModuleException;
import io.bascule.api.security.Subject;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.osgi.annotation.versioning.ProviderType;

/**
 * Takes the gateway from one generation of modules to the next, native and WASM alike. A deployment is one transaction: it is
 * committed after its new versions ran and passed their trial, or the generation before is current as if nothing had been.
 * One runs at a time; a few more wait their turn. Safe for use by any thread.
 */
@ProviderType
public interface DeploymentManager {

    /** Topic of the event that is posted whenever a deployment goes on; property {@link #EVENT_DEPLOYMENT} is the deployment. */
    String EVENT_TOPIC = "io/bascule/deployment";

    /** Event property: the {@link Deployment}. */
    String EVENT_DEPLOYMENT = "deployment";

    /**
     * Reads a plan from a manifest.
     *
     * @param json the manifest; relative urls in it are relative to {@code base}
     * @param base where the manifest came from, a url
     * @throws ModuleException when it is not a valid manifest; lists all problems
     */
    DeploymentPlan readManifest(String json, String base) throws ModuleException;

    /** Says what a plan would do; fetches the artefacts and checks them, and changes nothing. */
    Preview preview(DeploymentPlan plan) throws ModuleException;

    /**
     * Puts a deployment into the queue and returns at once.
     *
     * @return its number
     * @throws ModuleException when too many wait already, or the manager is not ready
     */
    long submit(DeploymentPlan plan, Subject who) throws ModuleException;

    /**
     * Puts a deployment into the queue that leads to what an earlier generation was.
     *
     * @param generation which; 0 for the one before the current
     * @return its number
     * @throws ModuleException when it is not retained, or as {@link #submit}
     */
    long rollback(int generation, Subject who) throws ModuleException;

    /** Waits until a deployment has ended or {@code time} has passed; returns how it is doing then. */
    Deployment await(long id, Duration time) throws ModuleException, InterruptedException;

    /**
     * Ends a deployment that waits or runs; it returns to the generation before. One that is being committed goes on.
     *
     * @return false when it has ended already
     * @throws ModuleException when there is none with this number
     */
    boolean cancel(long id, Subject who) throws ModuleException;

    /** Finds a deployment that waits, runs, or ended not long ago. */
    Optional<Deployment> find(long id);

    /** Returns the deployments that wait, run, or ended not long ago; the newest first. */
    List<Deployment> list();

    /** Returns the current generation; empty before the first deployment was committed. */
    Optional<Generation> current();

    /** Returns the generations that can be returned to, the newest first, the current one among them. */
    List<Generation> generations();

    /** Returns the last {@code max} entries of the history, the newest first. */
    List<HistoryEntry> history(int max) throws IOException;

    /** Appends the whole history to {@code out}, as one JSON array, the oldest entry first. */
    void exportHistory(Appendable out) throws IOException;

    /**
     * Suspends a module: its stages hold their input and keep their state until {@link #resume}, or the gateway restarts.
     *
     * @throws ModuleException when there is no such module or it does not stand in time
     */
    void pause(String module) throws ModuleException;

    /**
     * Lets a module go on where it stood.
     *
     * @throws ModuleException when there is no such module
     */
    void resume(String module) throws ModuleException;
}

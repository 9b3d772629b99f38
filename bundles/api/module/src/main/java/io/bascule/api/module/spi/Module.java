/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.api.module.spi;

import io.bascule.api.module.ModuleDescriptor;
import io.bascule.api.module.ModuleException;
import io.bascule.api.module.ModuleStatus;
import org.osgi.annotation.versioning.ConsumerType;

/**
 * A running module: the service that its bundle registers once it has passed its self-test. Safe for use by any thread.
 */
@ConsumerType
public interface Module {

    /** Service property: the module's name. */
    String NAME = "bascule.module.name";
    /** Service property: the module's version. */
    String VERSION = "bascule.module.version";
    /** Service property: {@code native} or {@code wasm}. */
    String KIND = "bascule.module.kind";
    /** Service property: sha-256 of the artefact. */
    String DIGEST = "bascule.module.digest";

    /** Returns what the module says of itself. */
    ModuleDescriptor descriptor();

    /** Returns how it is doing now. */
    ModuleStatus status();

    /**
     * Makes a processor with state of its own.
     *
     * @throws ModuleException when the module is not of world processor, its configuration is refused or it cannot start
     */
    Processor newProcessor(StageContext context) throws ModuleException;

    /**
     * Makes a decoder with state of its own.
     *
     * @throws ModuleException when the module is not of world decoder, its configuration is refused or it cannot start
     */
    Decoder newDecoder(StageContext context) throws ModuleException;

    /**
     * Runs the module's own test on a throw-away instance whose outputs go nowhere.
     *
     * @throws ModuleException when it fails
     */
    void selfTest() throws ModuleException;
}

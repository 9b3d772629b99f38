/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.wasm.capabilities;

import io.bascule.api.security.Authorizer;
import io.bascule.api.security.Capability;
import io.bascule.api.security.Subject;
import io.bascule.wasm.abi.ModuleMetadata;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.slf4j.Logger;

/**
 * What the module may do: what its metadata wants and a grant allows. Answers are kept for the length of one guest call, so
 * that a revoked grant takes effect with the next call and a call pays for each question once. Confined to the instance.
 */
final class Permissions {

    /** A guest can invent names without end; beyond this many no more are remembered. */
    private static final int REMEMBERED_MAX = 256;

    private final ModuleMetadata metadata;
    private final Authorizer authorizer;
    private final Logger log;
    private final Subject subject;
    private final Map<Question, Boolean> answers = new HashMap<>();
    private final Set<Question> reported = new HashSet<>();
    private long denied;

    private record Question(Capability capability, String object) {}

    Permissions(ModuleMetadata metadata, Authorizer authorizer, Logger log) {
        this.metadata = metadata;
        this.authorizer = authorizer;
        this.log = log;
        this.subject = Subject.module(metadata.name());
    }

    void beginCall() {
        answers.clear();
    }

    boolean allows(Capability capability) {
        return allows(capability, "");
    }

    boolean allows(Capability capability, String object) {
        Question question = new Question(capability, object);
        Boolean known = answers.get(question);
        if (known != null) {
            return known;
        }
        String reason = reasonAgainst(capability, object);
        boolean isAllowed = reason.isEmpty();
        if (answers.size() < REMEMBERED_MAX) {
            answers.put(question, isAllowed);
        }
        if (!isAllowed) {
            denied++;
            if (reported.size() < REMEMBERED_MAX && reported.add(question)) {
                log.warn("module={} was refused {} {}: {}", metadata.name(), capability.word(), object, reason);
            }
        }
        return isAllowed;
    }

    private String reasonAgainst(Capability capability, String object) {
        if (!metadata.wants(capability, object)) {
            return "the module's own metadata does not name it";
        }
        Authorizer.Decision decision = authorizer.check(subject, capability, object);
        return decision.isAllowed() ? "" : decision.reason().isEmpty() ? "not granted" : decision.reason();
    }

    Subject subject() {
        return subject;
    }

    long denied() {
        return denied;
    }
}

/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.core.security;

import io.bascule.api.security.Authorizer;
import io.bascule.api.security.Capability;
import io.bascule.api.security.Grant;
import io.bascule.api.security.GrantRegistry;
import io.bascule.api.security.Subject;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

/**
 * Decides by these rules, and denies what none of them allows.
 *
 * <ol>
 *   <li>An operator may read and write channels. Who reaches the gateway as an operator was authenticated by the shell, the
 *       console or the REST API, and each write is audited; the roles of people are decided there.
 *   <li>An operator has no use for any other capability: they are a module's.
 *   <li>A flow may read channels: its definition is the operator's own configuration and what it reads goes nowhere else.
 *   <li>A flow may write the channels of its grant {@code flow/NAME.channel-write}.
 *   <li>A module may do what is granted to it or to every module.
 * </ol>
 *
 * <p>Modules ask with every call, so decisions are kept for as long as {@link GrantRegistry#list()} returns the same list: a
 * changed grant counts from the next question on.
 */
@Component(service = Authorizer.class, name = "io.bascule.core.security.authorizer")
public final class GrantAuthorizer implements Authorizer {

    private static final Decision OPERATOR = new Decision(true, "operators may read and write channels");
    private static final Decision FLOW_READS = new Decision(true, "flows may read channels");

    /** A guest can invent names without end; then all that is kept is forgotten. */
    private static final int KEPT_MAX = 4096;

    private final GrantRegistry grants;
    private volatile Kept kept = new Kept(List.of(), new ConcurrentHashMap<>());

    private record Question(Subject subject, Capability capability, String object) {}

    /**
     * Decisions so far.
     *
     * @param grants the very list that they follow from
     */
    private record Kept(List<Grant> grants, Map<Question, Decision> decisions) {}

    /** Decides by {@code grants}. */
    @Activate
    public GrantAuthorizer(@Reference GrantRegistry grants) {
        this.grants = grants;
    }

    @Override
    public Decision check(Subject subject, Capability capability, String object) {
        if (subject.kind() == Subject.Kind.OPERATOR) {
            return capability == Capability.CHANNEL_READ || capability == Capability.CHANNEL_WRITE
                    ? OPERATOR
                    : new Decision(
                            false,
                            subject + " may not use '" + capability.word()
                                    + "': it is a capability of modules, ask the module instead");
        }
        if (subject.kind() == Subject.Kind.FLOW && capability == Capability.CHANNEL_READ) {
            return FLOW_READS;
        }
        return decisions().computeIfAbsent(new Question(subject, capability, object), this::decide);
    }

    @SuppressWarnings("ReferenceEquality") // An equal list may stand for a later time, the same one cannot.
    private Map<Question, Decision> decisions() {
        List<Grant> now = grants.list();
        Kept known = kept;
        if (known.grants != now || known.decisions.size() >= KEPT_MAX) {
            known = new Kept(now, new ConcurrentHashMap<>());
            kept = known;
        }
        return known.decisions;
    }

    /** Returns how many decisions are kept. */
    int kept() {
        return kept.decisions.size();
    }

    private Decision decide(Question question) {
        Subject subject = question.subject;
        Capability capability = question.capability;
        String object = question.object;
        String owner = GrantEntries.owner(subject);
        if (subject.kind() == Subject.Kind.MODULE && owner.startsWith(GrantEntries.FLOW_PREFIX)) {
            return new Decision(false, subject + " has the name of a flow; modules have none of a flow's grants");
        }
        List<Grant> held = grants.listFor(owner).stream()
                .filter(g -> g.capability() == capability)
                .toList();
        for (Grant grant : held) {
            if (!capability.isScoped() || grant.scope().stream().anyMatch(p -> p.matches(object))) {
                return new Decision(
                        true,
                        "granted by " + GrantEntries.key(grant.module(), capability) + " = "
                                + GrantEntries.value(grant));
            }
        }
        return new Decision(false, denied(subject, owner, capability, object, held));
    }

    private static String denied(
            Subject subject, String owner, Capability capability, String object, List<Grant> held) {
        String target = capability.isScoped() ? " on '" + object + "'" : "";
        String has = held.isEmpty()
                ? "it has no such grant"
                : "its grants allow only "
                        + held.stream().map(GrantEntries::value).distinct().toList();
        String value = capability.isScoped() ? object : "true";
        return subject + " may not use '" + capability.word() + "'" + target + ": " + has
                + ". To allow it: bascule:grant "
                + owner + " " + capability.word() + (capability.isScoped() ? " " + object : "") + ", or the line '"
                + GrantEntries.key(owner, capability) + " = " + value + "' in etc/" + ConfiguredGrantRegistry.PID
                + ".cfg";
    }
}

/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.connectors.mqtt;

import io.bascule.connectors.mqtt.transport.Incoming;
import io.bascule.connectors.mqtt.transport.Publication;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * Keeps one retained word at the broker, {@code online} or {@code offline}, and listens for commands.
 *
 * @param stateTopic where, empty for nowhere
 * @param commandTopic where commands come, empty for none
 * @param commands takes them
 */
record StateConversation(String stateTopic, String commandTopic, Consumer<Incoming> commands) implements Conversation {

    private static final String ONLINE = "online";
    private static final String OFFLINE = "offline";

    @Override
    public Optional<Publication> will() {
        return state(OFFLINE);
    }

    @Override
    public List<Publication> greetings() {
        return state(ONLINE).stream().toList();
    }

    @Override
    public List<Publication> farewells() {
        return state(OFFLINE).stream().toList();
    }

    private Optional<Publication> state(String word) {
        return stateTopic.isEmpty()
                ? Optional.empty()
                : Optional.of(
                        Publication.of(stateTopic, word.getBytes(StandardCharsets.UTF_8), 1, true, "", "text/plain"));
    }

    @Override
    public List<String> filters() {
        return commandTopic.isEmpty() ? List.of() : List.of(commandTopic);
    }

    @Override
    public void arrived(Incoming message) {
        commands.accept(message);
    }
}

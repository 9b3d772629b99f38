/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.driver.opcua;

import io.bascule.api.channel.Quality;
import io.bascule.api.channel.Value;
import io.bascule.api.channel.driver.Deadline;
import io.bascule.api.channel.driver.DriverException;
import java.lang.reflect.Array;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.eclipse.milo.opcua.stack.core.AttributeId;
import org.eclipse.milo.opcua.stack.core.types.builtin.DataValue;
import org.eclipse.milo.opcua.stack.core.types.builtin.NodeId;
import org.eclipse.milo.opcua.stack.core.types.builtin.QualifiedName;
import org.eclipse.milo.opcua.stack.core.types.builtin.StatusCode;
import org.eclipse.milo.opcua.stack.core.types.builtin.Variant;
import org.eclipse.milo.opcua.stack.core.types.structured.ReadValueId;
import org.eclipse.milo.opcua.stack.core.types.structured.WriteValue;
import org.jspecify.annotations.Nullable;

/**
 * Writes values in the types that the server has for them, which it is asked for once. A value goes alone: servers refuse what comes
 * with a status or a time that they did not give. Confined to its lane.
 */
final class NodeWriter {

    private static final int ATTRIBUTES = 2;

    private final Connection connection;
    private final Map<NodeAddress, NodeType> types = new HashMap<>();

    NodeWriter(Connection connection) {
        this.connection = connection;
    }

    /** Writes values; one quality for each. */
    List<Quality> write(List<NodeAddress> addresses, List<Value> values, Deadline deadline)
            throws DriverException, InterruptedException {
        learn(addresses, deadline);
        @Nullable Quality[] answers = new Quality[addresses.size()];
        List<WriteValue> requests = new ArrayList<>();
        List<Integer> places = new ArrayList<>();
        for (int i = 0; i < answers.length; i++) {
            NodeAddress address = addresses.get(i);
            Object raw = types.getOrDefault(address, NodeType.natural(address.kind()))
                    .raw(values.get(i));
            if (raw instanceof Quality refusal) {
                answers[i] = refusal;
            } else {
                requests.add(request(address, raw));
                places.add(i);
            }
        }
        List<StatusCode> told = send(requests, deadline);
        for (int i = 0; i < told.size(); i++) {
            Quality quality = Conversion.quality(told.get(i));
            answers[places.get(i)] = quality;
            if (quality.equals(Quality.BAD_TYPE_MISMATCH)) {
                // The variable may be another one now.
                types.remove(addresses.get(places.get(i)));
            }
        }
        return Arrays.stream(answers).map(a -> a == null ? Quality.BAD : a).toList();
    }

    private WriteValue request(NodeAddress address, Object raw) {
        Object sent = raw;
        if (address.element() != NodeAddress.NO_ELEMENT) {
            sent = Array.newInstance(raw.getClass(), 1);
            Array.set(sent, 0, raw);
        }
        return new WriteValue(
                connection.nodeOf(address),
                AttributeId.Value.uid(),
                address.range(),
                DataValue.valueOnly(new Variant(sent)));
    }

    private List<StatusCode> send(List<WriteValue> requests, Deadline deadline)
            throws DriverException, InterruptedException {
        List<StatusCode> told = new ArrayList<>();
        int most = connection.limits().write();
        for (int start = 0; start < requests.size(); start += most) {
            List<WriteValue> some = requests.subList(start, Math.min(requests.size(), start + most));
            StatusCode[] results = connection
                    .await(connection.client().writeAsync(some), deadline, "writing")
                    .getResults();
            told.addAll(Arrays.asList(Connection.results(results, some.size(), connection.text())));
        }
        return told;
    }

    /** Asks for the types that are not known yet. */
    private void learn(List<NodeAddress> addresses, Deadline deadline) throws DriverException, InterruptedException {
        List<NodeAddress> unknown =
                addresses.stream().distinct().filter(a -> !types.containsKey(a)).toList();
        int most = Math.max(1, connection.limits().read() / ATTRIBUTES);
        for (int start = 0; start < unknown.size(); start += most) {
            List<NodeAddress> some = unknown.subList(start, Math.min(unknown.size(), start + most));
            List<ReadValueId> questions = new ArrayList<>();
            for (NodeAddress address : some) {
                NodeId node = connection.nodeOf(address);
                questions.add(new ReadValueId(node, AttributeId.DataType.uid(), null, QualifiedName.NULL_VALUE));
                questions.add(new ReadValueId(node, AttributeId.Value.uid(), null, QualifiedName.NULL_VALUE));
            }
            List<DataValue> told = connection.read(questions, deadline);
            for (int i = 0; i < some.size(); i++) {
                NodeType type = NodeType.of(
                        Connection.raw(told.get(ATTRIBUTES * i + 1)), Connection.raw(told.get(ATTRIBUTES * i)));
                if (type != null) {
                    types.put(some.get(i), type);
                }
            }
        }
    }
}

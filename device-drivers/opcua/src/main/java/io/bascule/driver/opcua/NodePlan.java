/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.driver.opcua;

import io.bascule.api.channel.driver.Deadline;
import io.bascule.api.channel.driver.DriverException;
import io.bascule.api.channel.driver.ReadPlan;
import io.bascule.api.channel.driver.ReadingSink;
import java.util.ArrayList;
import java.util.List;
import org.eclipse.milo.opcua.stack.core.types.builtin.DataValue;
import org.eclipse.milo.opcua.stack.core.types.structured.ReadValueId;
import org.jspecify.annotations.Nullable;

/** Reads nodes, many in one request. Confined to its lane. */
final class NodePlan implements ReadPlan {

    /** Where the connection comes from. */
    @FunctionalInterface
    interface Connected {
        Connection get() throws DriverException;
    }

    private final List<NodeAddress> addresses;
    private final int nodesMax;
    private final Connected connected;
    /** The connection for which {@link #nodes} are right: an index of a namespace can mean another one after a restart. */
    private @Nullable Connection known;

    private List<ReadValueId> nodes = List.of();
    private int size;

    NodePlan(List<NodeAddress> addresses, int nodesMax, Connected connected) {
        this.addresses = List.copyOf(addresses);
        this.nodesMax = nodesMax;
        this.connected = connected;
        this.size = nodesMax;
    }

    @Override
    public int requestsMax() {
        return Math.max(1, (addresses.size() + size - 1) / size);
    }

    @Override
    public boolean read(ReadingSink sink, Deadline deadline) throws DriverException, InterruptedException {
        Connection connection = connected.get();
        if (known != connection) {
            learn(connection);
        }
        for (int start = 0; start < addresses.size(); start += size) {
            int end = Math.min(addresses.size(), start + size);
            List<DataValue> values = connection.read(nodes.subList(start, end), deadline);
            for (int i = start; i < end; i++) {
                tell(sink, i, Conversion.told(addresses.get(i), values.get(i - start)));
            }
        }
        return false;
    }

    private void learn(Connection connection) {
        List<ReadValueId> all = new ArrayList<>(addresses.size());
        for (NodeAddress address : addresses) {
            all.add(connection.valueOf(address));
        }
        nodes = all;
        size = Math.min(nodesMax, connection.limits().read());
        known = connection;
    }

    private static void tell(ReadingSink sink, int index, Conversion.Told told) {
        if (told.value() == null) {
            sink.none(index, told.quality());
        } else {
            sink.value(index, told.value(), told.quality(), told.timeNanos());
        }
    }
}

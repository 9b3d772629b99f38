/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.driver.opcua;

import io.bascule.api.channel.Channel;
import io.bascule.api.channel.ValueKind;
import io.bascule.api.channel.driver.Deadline;
import io.bascule.api.channel.driver.DeviceBrowser;
import io.bascule.api.channel.driver.DriverException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import org.eclipse.milo.opcua.stack.core.AttributeId;
import org.eclipse.milo.opcua.stack.core.NodeIds;
import org.eclipse.milo.opcua.stack.core.types.builtin.ByteString;
import org.eclipse.milo.opcua.stack.core.types.builtin.DataValue;
import org.eclipse.milo.opcua.stack.core.types.builtin.ExpandedNodeId;
import org.eclipse.milo.opcua.stack.core.types.builtin.NodeId;
import org.eclipse.milo.opcua.stack.core.types.builtin.QualifiedName;
import org.eclipse.milo.opcua.stack.core.types.builtin.unsigned.UByte;
import org.eclipse.milo.opcua.stack.core.types.builtin.unsigned.UInteger;
import org.eclipse.milo.opcua.stack.core.types.enumerated.BrowseDirection;
import org.eclipse.milo.opcua.stack.core.types.enumerated.BrowseResultMask;
import org.eclipse.milo.opcua.stack.core.types.enumerated.NodeClass;
import org.eclipse.milo.opcua.stack.core.types.structured.BrowseDescription;
import org.eclipse.milo.opcua.stack.core.types.structured.BrowseResult;
import org.eclipse.milo.opcua.stack.core.types.structured.ReadValueId;
import org.eclipse.milo.opcua.stack.core.types.structured.ReferenceDescription;
import org.jspecify.annotations.Nullable;

/** Tells what a server has, over the connection that its driver has now. Safe for use by any thread. */
final class Browser {

    private static final int READ_BIT = 1;
    private static final int WRITE_BIT = 2;
    private static final int ATTRIBUTES = 4;

    private final AtomicReference<@Nullable Connection> connection = new AtomicReference<>();

    void use(Connection open) {
        connection.set(open);
    }

    void leave(Connection closed) {
        connection.compareAndSet(closed, null);
    }

    /** See {@link DeviceBrowser#browse}. */
    List<DeviceBrowser.Entry> browse(String address, Deadline deadline) throws DriverException, InterruptedException {
        ExpandedNodeId top = address.isBlank() ? NodeIds.ObjectsFolder.expanded() : NodeAddress.node(address);
        Connection open = connection.get();
        if (open == null) {
            throw new DriverException("the device is not connected; the log and the event of its loss say why");
        }
        NodeId node = top.toNodeId(open.namespaces())
                .orElseThrow(() -> new DriverException(open.text() + " has no namespace of '" + address + "'"));
        List<ReferenceDescription> below = below(open, node, address, deadline);
        List<DeviceBrowser.Entry> entries = new ArrayList<>(below.size());
        int most = Math.max(1, open.limits().read() / ATTRIBUTES);
        for (int start = 0; start < below.size(); start += most) {
            entries.addAll(entries(open, below.subList(start, Math.min(below.size(), start + most)), deadline));
        }
        return List.copyOf(entries);
    }

    private static List<ReferenceDescription> below(Connection open, NodeId node, String address, Deadline deadline)
            throws DriverException, InterruptedException {
        BrowseDescription wanted = new BrowseDescription(
                node,
                BrowseDirection.Forward,
                NodeIds.HierarchicalReferences,
                true,
                UInteger.valueOf(NodeClass.Object.getValue() | NodeClass.Variable.getValue()),
                UInteger.valueOf(BrowseResultMask.All.getValue()));
        BrowseResult result = open.await(open.client().browseAsync(wanted), deadline, "browsing");
        if (!result.getStatusCode().isGood()) {
            throw new DriverException(open.text() + " refuses to browse '" + address + "': "
                    + Conversion.quality(result.getStatusCode()));
        }
        List<ReferenceDescription> found = new ArrayList<>();
        ByteString more = keep(result, found);
        while (more.isNotNull()) {
            // At the limit the server is told to forget the rest.
            boolean isFull = found.size() >= DeviceBrowser.ENTRIES_MAX;
            BrowseResult[] next = open.await(open.client().browseNextAsync(isFull, List.of(more)), deadline, "browsing")
                    .getResults();
            more = isFull ? ByteString.NULL_VALUE : keep(Connection.results(next, 1, open.text())[0], found);
        }
        return found.subList(0, Math.min(found.size(), DeviceBrowser.ENTRIES_MAX));
    }

    private static ByteString keep(BrowseResult result, List<ReferenceDescription> found) {
        if (result.getReferences() != null) {
            found.addAll(List.of(result.getReferences()));
        }
        ByteString more = result.getContinuationPoint();
        return more == null ? ByteString.NULL_VALUE : more;
    }

    private static List<DeviceBrowser.Entry> entries(
            Connection open, List<ReferenceDescription> some, Deadline deadline)
            throws DriverException, InterruptedException {
        List<ReadValueId> questions = new ArrayList<>();
        for (ReferenceDescription reference : some) {
            NodeId node = local(open, reference);
            if (isVariable(reference)) {
                for (AttributeId attribute : List.of(
                        AttributeId.Value, AttributeId.DataType, AttributeId.ValueRank, AttributeId.UserAccessLevel)) {
                    questions.add(new ReadValueId(node, attribute.uid(), null, QualifiedName.NULL_VALUE));
                }
            }
        }
        List<DataValue> answers = questions.isEmpty() ? List.of() : open.read(questions, deadline);
        List<DeviceBrowser.Entry> entries = new ArrayList<>();
        int at = 0;
        for (ReferenceDescription reference : some) {
            if (isVariable(reference)) {
                entries.add(variable(open, reference, answers.subList(at, at + ATTRIBUTES)));
                at += ATTRIBUTES;
            } else {
                entries.add(entry(open, reference, null, null));
            }
        }
        return entries;
    }

    private static boolean isVariable(ReferenceDescription reference) {
        return reference.getNodeClass() == NodeClass.Variable;
    }

    private static NodeId local(Connection open, ReferenceDescription reference) {
        return reference.getNodeId().toNodeId(open.namespaces()).orElse(NodeId.NULL_VALUE);
    }

    private static DeviceBrowser.Entry variable(
            Connection open, ReferenceDescription reference, List<DataValue> attributes) {
        Object value = Connection.raw(attributes.get(0));
        boolean isScalar = value == null
                ? Connection.raw(attributes.get(2)) instanceof Integer rank && rank < 0
                : !value.getClass().isArray();
        ValueKind kind = isScalar ? NodeType.kind(value, Connection.raw(attributes.get(1))) : null;
        return entry(open, reference, kind, access(Connection.raw(attributes.get(3))));
    }

    @SuppressWarnings("NullAway") // It does not see in a class file that what is of a nested type may be null.
    private static DeviceBrowser.Entry entry(
            Connection open,
            ReferenceDescription reference,
            @Nullable ValueKind kind,
            Channel.@Nullable Access access) {
        return new DeviceBrowser.Entry(
                name(reference), address(open, reference), kind, access, options(kind, access), true);
    }

    private static Map<String, String> options(@Nullable ValueKind kind, Channel.@Nullable Access access) {
        Map<String, String> options = new HashMap<>();
        if (kind != null && kind != ValueKind.F64) {
            options.put("type", kind.word());
        }
        if (kind != null && access == Channel.Access.READ) {
            options.put("access", "read");
        } else if (kind != null && access == Channel.Access.WRITE) {
            options.put("access", "write");
        }
        return options;
    }

    private static Channel.@Nullable Access access(@Nullable Object level) {
        int bits = level instanceof UByte octet ? octet.intValue() : 0;
        boolean canRead = (bits & READ_BIT) != 0;
        boolean canWrite = (bits & WRITE_BIT) != 0;
        if (canRead) {
            return canWrite ? Channel.Access.READ_WRITE : Channel.Access.READ;
        }
        return canWrite ? Channel.Access.WRITE : null;
    }

    private static String name(ReferenceDescription reference) {
        QualifiedName name = reference.getBrowseName();
        return name == null || name.name() == null ? "" : name.name();
    }

    /** Returns the address with the URI of its namespace, which stays the same when the server starts again. */
    private static String address(Connection open, ReferenceDescription reference) {
        NodeId node = local(open, reference);
        return node.getNamespaceIndex().intValue() == 0
                ? node.toParseableString()
                : node.expanded(open.namespaces()).toParseableString();
    }
}

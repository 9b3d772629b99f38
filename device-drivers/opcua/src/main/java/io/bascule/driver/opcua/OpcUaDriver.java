/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.driver.opcua;

import io.bascule.api.channel.Quality;
import io.bascule.api.channel.Value;
import io.bascule.api.channel.driver.ChannelConfig;
import io.bascule.api.channel.driver.Deadline;
import io.bascule.api.channel.driver.Driver;
import io.bascule.api.channel.driver.DriverException;
import io.bascule.api.channel.driver.ReadPlan;
import io.bascule.api.channel.driver.SubscriptionListener;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The protocol of one OPC UA server. Confined to its lane. */
final class OpcUaDriver implements Driver<NodeAddress> {

    private final OpcUaSettings settings;
    private final ClientThreads threads;
    private final Browser browser;
    private @Nullable Connection connection;
    private @Nullable NodeWriter writer;
    private @Nullable Subscription subscription;

    /**
     * Makes a driver that is not connected.
     *
     * @param browser is told which connection it can use
     */
    OpcUaDriver(OpcUaSettings settings, ClientThreads threads, Browser browser) {
        this.settings = settings;
        this.threads = threads;
        this.browser = browser;
    }

    @Override
    public NodeAddress address(ChannelConfig channel) {
        return NodeAddress.parse(channel);
    }

    @Override
    public ReadPlan plan(List<NodeAddress> addresses, Duration period) {
        return new NodePlan(addresses, settings.nodesMax(), this::connection);
    }

    private Connection connection() throws DriverException {
        Connection open = connection;
        if (open == null) {
            throw new DriverException(settings.endpoint() + " is not connected");
        }
        return open;
    }

    @Override
    public void connect(Deadline deadline) throws DriverException, InterruptedException {
        disconnect();
        Connection open = Connection.open(settings, threads, deadline);
        connection = open;
        writer = new NodeWriter(open);
        browser.use(open);
    }

    @Override
    public void disconnect() {
        Connection open = connection;
        Subscription told = subscription;
        connection = null;
        writer = null;
        subscription = null;
        if (told != null) {
            told.end();
        }
        if (open != null) {
            browser.leave(open);
            open.close();
        }
    }

    @Override
    public List<Quality> write(List<NodeAddress> addresses, List<Value> values, Deadline deadline)
            throws DriverException, InterruptedException {
        NodeWriter open = writer;
        if (open == null) {
            throw new DriverException(settings.endpoint() + " is not connected");
        }
        return open.write(addresses, values, deadline);
    }

    @Override
    public boolean canSubscribe() {
        return true;
    }

    @Override
    public void subscribe(List<NodeAddress> addresses, SubscriptionListener listener, Deadline deadline)
            throws DriverException, InterruptedException {
        Connection open = connection();
        Subscription before = subscription;
        open.onLost(listener::onLost);
        subscription = Subscription.begin(open, addresses, listener, settings, deadline);
        if (before != null) {
            // Other channels on the same connection. Not sooner, so that there is always one that can be listened to.
            before.delete();
        }
    }
}

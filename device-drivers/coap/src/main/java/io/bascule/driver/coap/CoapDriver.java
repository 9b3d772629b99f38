/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.driver.coap;

import io.bascule.api.channel.Quality;
import io.bascule.api.channel.Value;
import io.bascule.api.channel.driver.ChannelConfig;
import io.bascule.api.channel.driver.Deadline;
import io.bascule.api.channel.driver.Driver;
import io.bascule.api.channel.driver.DriverException;
import io.bascule.api.channel.driver.ReadPlan;
import io.bascule.api.channel.driver.SubscriptionListener;
import io.bascule.api.channel.payload.PayloadFormats;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** The protocol of one CoAP device. Confined to its lane. */
final class CoapDriver implements Driver<CoapAddress> {

    private final CoapSettings settings;
    private final PayloadFormats formats;
    private final Exchange exchange;

    CoapDriver(CoapSettings settings, PayloadFormats formats) {
        this.settings = settings;
        this.formats = formats;
        this.exchange = new Exchange(settings);
    }

    @Override
    public CoapAddress address(ChannelConfig channel) {
        return CoapAddress.parse(channel, settings.base(), formats);
    }

    @Override
    public ReadPlan plan(List<CoapAddress> addresses, Duration period) {
        return new ResourcePlan(addresses, exchange, formats);
    }

    @Override
    public void connect(Deadline deadline) throws DriverException {
        exchange.open();
    }

    @Override
    public void disconnect() {
        exchange.close();
    }

    @Override
    public boolean canSubscribe() {
        return true;
    }

    @Override
    public void subscribe(List<CoapAddress> addresses, SubscriptionListener listener, Deadline deadline)
            throws DriverException, InterruptedException {
        for (Resource resource : Resource.of(addresses)) {
            resource.observe(exchange, formats, listener, deadline);
        }
    }

    @Override
    public List<Quality> write(List<CoapAddress> addresses, List<Value> values, Deadline deadline)
            throws DriverException, InterruptedException {
        List<Quality> answers = new ArrayList<>();
        for (int i = 0; i < addresses.size(); i++) {
            answers.add(write(addresses.get(i), values.get(i), deadline));
        }
        return answers;
    }

    private Quality write(CoapAddress address, Value value, Deadline deadline)
            throws DriverException, InterruptedException {
        CoapAddress.Write how = address.write();
        if (how == null) {
            return Quality.BAD_NOT_WRITABLE;
        }
        byte[] payload;
        try {
            payload = address.field().write(value);
        } catch (IllegalArgumentException e) {
            // Not a number, which no format has a word for; the caller hears of it, nothing goes over the line.
            return Quality.BAD_OUT_OF_RANGE;
        }
        try {
            return Code.quality(exchange.write(how, payload, deadline).getCode(), true);
        } catch (Exchange.NoAnswerException e) {
            throw new DriverException(String.valueOf(e.getMessage()), e);
        }
    }
}

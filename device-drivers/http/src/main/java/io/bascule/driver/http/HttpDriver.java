/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.driver.http;

import io.bascule.api.channel.Quality;
import io.bascule.api.channel.Value;
import io.bascule.api.channel.driver.ChannelConfig;
import io.bascule.api.channel.driver.Deadline;
import io.bascule.api.channel.driver.Driver;
import io.bascule.api.channel.driver.DriverException;
import io.bascule.api.channel.driver.ReadPlan;
import io.bascule.api.channel.payload.PayloadFormats;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** The protocol of one HTTP device. Confined to its lane. */
final class HttpDriver implements Driver<HttpAddress> {

    private final HttpSettings settings;
    private final PayloadFormats formats;
    private final Exchange exchange;

    HttpDriver(HttpSettings settings, PayloadFormats formats) {
        this.settings = settings;
        this.formats = formats;
        this.exchange = new Exchange(settings);
    }

    @Override
    public HttpAddress address(ChannelConfig channel) {
        return HttpAddress.parse(channel, settings.base(), formats);
    }

    @Override
    public ReadPlan plan(List<HttpAddress> addresses, Duration period) {
        return new UrlPlan(addresses, exchange, formats);
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
    public List<Quality> write(List<HttpAddress> addresses, List<Value> values, Deadline deadline)
            throws DriverException, InterruptedException {
        List<Quality> answers = new ArrayList<>();
        for (int i = 0; i < addresses.size(); i++) {
            answers.add(write(addresses.get(i), values.get(i), deadline));
        }
        return answers;
    }

    private Quality write(HttpAddress address, Value value, Deadline deadline)
            throws DriverException, InterruptedException {
        HttpAddress.Write how = address.write();
        if (how == null) {
            return Quality.BAD_NOT_WRITABLE;
        }
        byte[] body;
        try {
            body = address.field().write(value);
        } catch (IllegalArgumentException e) {
            // Not a number, which no format has a word for; the caller hears of it, nothing goes over the line.
            return Quality.BAD_OUT_OF_RANGE;
        }
        try {
            return StatusCode.quality(exchange.write(how, body, deadline).status(), true);
        } catch (Exchange.NoAnswerException e) {
            throw new DriverException(String.valueOf(e.getMessage()), e);
        }
    }
}

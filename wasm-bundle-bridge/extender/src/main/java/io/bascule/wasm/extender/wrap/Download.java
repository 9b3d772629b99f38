/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.wasm.extender.wrap;

import java.io.ByteArrayOutputStream;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.net.ConnectException;
import java.net.HttpURLConnection;
import java.net.SocketTimeoutException;
import java.net.URL;
import java.net.URLConnection;
import java.time.Duration;

/**
 * Reads what a URL names: all of it or an error that says what is wrong, within bounds of size and time. A server can be slow
 * in two ways: it says nothing, or it says a byte now and then; both end. Blocks.
 */
final class Download {

    private static final int BUFFER_BYTES = 16 * 1024;

    private final Duration silenceMax;
    private final Duration totalMax;

    /**
     * Makes a reader.
     *
     * @param silenceMax how long a server may take to accept the connection, or to send the next byte
     * @param totalMax how long all of the content may take
     */
    Download(Duration silenceMax, Duration totalMax) {
        this.silenceMax = silenceMax;
        this.totalMax = totalMax;
    }

    /**
     * Reads everything.
     *
     * @param max most bytes
     * @throws FileNotFoundException when the URL is that of a file and there is none
     * @throws IOException when it cannot be read as a whole; the message names the URL and the reason
     */
    byte[] read(URL url, int max) throws IOException {
        long end = System.nanoTime() + totalMax.toNanos();
        URLConnection connection = url.openConnection();
        connection.setConnectTimeout(Math.toIntExact(silenceMax.toMillis()));
        connection.setReadTimeout(Math.toIntExact(silenceMax.toMillis()));
        connection.setUseCaches(false);
        try (InputStream in = open(connection, url)) {
            long announced = connection.getContentLengthLong();
            if (announced > max) {
                throw tooLarge(url, announced + " bytes", max);
            }
            return read(in, url, announced, max, end);
        } catch (SocketTimeoutException e) {
            throw new IOException(
                    "'" + url + "' was not read: the server sent nothing for " + silenceMax.toMillis()
                            + " ms; try again, or copy the file to this machine",
                    e);
        } catch (ConnectException e) {
            throw new IOException("'" + url + "' was not read: nobody answers there (" + e.getMessage() + ")", e);
        }
    }

    private static InputStream open(URLConnection connection, URL url) throws IOException {
        if (connection instanceof HttpURLConnection http) {
            int code = http.getResponseCode();
            if (code != HttpURLConnection.HTTP_OK) {
                String phrase = http.getResponseMessage();
                http.disconnect();
                throw new IOException("'" + url + "' was not read: the server answered " + code + " "
                        + (phrase == null ? "" : phrase) + " where 200 is expected; check the address");
            }
        }
        return connection.getInputStream();
    }

    private byte[] read(InputStream in, URL url, long announced, int max, long end) throws IOException {
        ByteArrayOutputStream content = new ByteArrayOutputStream(BUFFER_BYTES);
        byte[] buffer = new byte[BUFFER_BYTES];
        for (int count = in.read(buffer); count >= 0; count = in.read(buffer)) {
            content.write(buffer, 0, count);
            if (content.size() > max) {
                throw tooLarge(url, "more", max);
            }
            if (System.nanoTime() - end > 0) {
                throw new IOException("'" + url + "' was not read: only " + content.size() + " bytes came within "
                        + totalMax.toMillis() + " ms; try again, or copy the file to this machine");
            }
        }
        // HttpURLConnection takes the end of the connection for the end of the content.
        if (announced >= 0 && content.size() != announced) {
            throw new IOException("'" + url + "' was not read: the server announced " + announced + " bytes and sent "
                    + content.size() + "; try again");
        }
        return content.toByteArray();
    }

    private static IOException tooLarge(URL url, String size, int max) {
        return new IOException("'" + url + "' was not read: it has " + size + ", at most " + max
                + " bytes are taken; make it smaller or raise the limit");
    }
}

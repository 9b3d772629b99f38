// SPDX-License-Identifier: Apache-2.0
// The Sparkplug host at the other end of the tests: hears everything and decodes it with sparkplug-payload, which has nothing in
// common with the gateway. Argument: port of the broker. Prints 'listening', then one line of JSON for each message. Lines of JSON
// on its input are published: {"topic": ..., "payload": {...}} in Sparkplug B, {"topic": ..., "text": ..., "retain": true} as it is.
"use strict";
const mqtt = require("mqtt");
const readline = require("readline");
const sparkplug = require("sparkplug-payload").get("spBv1.0");

const client = mqtt.connect("mqtt://127.0.0.1:" + process.argv[2], { clean: true, reconnectPeriod: 100 });

// Whole numbers of 64 bits are objects there; bytes are buffers.
function plain(value) {
    if (value === null || value === undefined) {
        return null;
    }
    if (Buffer.isBuffer(value) || value instanceof Uint8Array) {
        return Buffer.from(value).toString("hex");
    }
    return typeof value === "object" && typeof value.toString === "function" && "low" in value ? value.toString() : value;
}

function metric(from) {
    const properties = {};
    for (const [key, property] of Object.entries(from.properties || {})) {
        properties[key] = property.value;
    }
    return {
        name: from.name === undefined ? "" : from.name,
        alias: from.alias === undefined ? -1 : Number(plain(from.alias)),
        type: from.type,
        value: typeof from.value === "number" && !Number.isFinite(from.value) ? String(from.value) : plain(from.value),
        timestamp: Number(plain(from.timestamp)),
        isHistorical: from.isHistorical === true,
        properties,
    };
}

let isListening = false;
client.on("connect", () => {
    client.subscribe("spBv1.0/#", { qos: 1 }, () => {
        if (!isListening) {
            isListening = true;
            console.log("listening");
        }
    });
});

client.on("message", (topic, bytes, packet) => {
    if (topic.startsWith("spBv1.0/STATE/") || /\/[ND]CMD\//.test(topic)) {
        return;
    }
    const decoded = sparkplug.decodePayload(bytes);
    console.log(
        JSON.stringify({
            topic,
            qos: packet.qos,
            isRetained: packet.retain,
            timestamp: decoded.timestamp === undefined ? -1 : Number(plain(decoded.timestamp)),
            seq: decoded.seq === undefined ? -1 : Number(plain(decoded.seq)),
            uuid: decoded.uuid === undefined ? "" : decoded.uuid,
            metrics: (decoded.metrics || []).map(metric),
        }),
    );
});

readline.createInterface({ input: process.stdin }).on("line", (line) => {
    const order = JSON.parse(line);
    for (const each of order.payload ? order.payload.metrics : []) {
        if (each.type === "Bytes") {
            each.value = Buffer.from(each.value, "hex");
        }
    }
    const bytes = order.payload ? sparkplug.encodePayload(order.payload) : Buffer.from(order.text);
    client.publish(order.topic, bytes, { qos: 1, retain: order.retain === true });
});

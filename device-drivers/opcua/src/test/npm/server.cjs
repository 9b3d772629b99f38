// SPDX-License-Identifier: Apache-2.0
// The OPC UA server at the other end of the tests: node-opcua with variables of every type, on loopback.
// Arguments: port, folder for its certificates, and what it does with client certificates that it does not know: 'accept',
// 'refuse', or 'open' for no security at all; then, if it is not to make its own certificate, PEM files of one and of its key.
// Prints one line when it listens.
"use strict";
const ua = require("node-opcua");

const [, , port, folder, unknown, certificateFile, privateKeyFile] = process.argv;
const { DataType, DataValue, StatusCodes, Variant, VariantArrayType } = ua;
const isOpen = unknown === "open";
const MACHINE = "http://bascule.test/machine";
const LATER = "http://bascule.test/later";
// A time that no clock of a test shows, with all its digits in use.
const MEASURED = new Date("2021-03-04T05:06:07.089Z");

const certificates = new ua.OPCUACertificateManager({
    rootFolder: folder,
    automaticallyAcceptUnknownCertificate: unknown !== "refuse",
});

const server = new ua.OPCUAServer({
    port: Number(port),
    host: "127.0.0.1",
    resourcePath: "/test",
    serverInfo: { applicationUri: "urn:bascule:test", applicationName: { text: "test" } },
    securityPolicies: isOpen ? [ua.SecurityPolicy.None] : [ua.SecurityPolicy.None, ua.SecurityPolicy.Basic256Sha256],
    securityModes: isOpen
        ? [ua.MessageSecurityMode.None]
        : [ua.MessageSecurityMode.None, ua.MessageSecurityMode.Sign, ua.MessageSecurityMode.SignAndEncrypt],
    allowAnonymous: true,
    userManager: { isValidUser: (name, password) => name === "operator" && password === "valve-7" },
    serverCertificateManager: certificates,
    ...(certificateFile ? { certificateFile, privateKeyFile } : {}),
    serverCapabilities: { maxSessions: 100, operationLimits: { maxNodesPerRead: 40, maxNodesPerWrite: 20, maxMonitoredItemsPerCall: 30 } },
    // Tests leave sessions behind faster than they time out.
    maxConnectionsPerEndpoint: 100,
});

// Type, first value, by name of the node.
const TYPES = {
    Boolean: [DataType.Boolean, true],
    SByte: [DataType.SByte, -8],
    Byte: [DataType.Byte, 200],
    Int16: [DataType.Int16, -30000],
    UInt16: [DataType.UInt16, 60000],
    Int32: [DataType.Int32, -2000000000],
    UInt32: [DataType.UInt32, 4000000000],
    Int64: [DataType.Int64, [0x7fffffff, 0xffffffff]],
    UInt64: [DataType.UInt64, [0xffffffff, 0xffffffff]],
    Float: [DataType.Float, 1.5],
    Double: [DataType.Double, 0.1],
    String: [DataType.String, "drei"],
    DateTime: [DataType.DateTime, MEASURED],
    ByteString: [DataType.ByteString, Buffer.from([1, 2, 255])],
    LocalizedText: [DataType.LocalizedText, { text: "vier", locale: "de" }],
    Guid: [DataType.Guid, "72962B91-FA75-4AE6-8D28-B404DC7DAF63"],
};

function populate(space) {
    const machine = space.registerNamespace(MACHINE);
    const top = machine.addFolder(space.rootFolder.objects, { nodeId: "s=Machine", browseName: "Machine" });
    const types = machine.addObject({ organizedBy: top, nodeId: "s=Types", browseName: "Types" });
    const written = machine.addObject({ organizedBy: top, nodeId: "s=Written", browseName: "Written" });
    const add = (name, dataType, value, more = {}) =>
        machine.addVariable({
            organizedBy: top,
            nodeId: "s=" + name,
            browseName: name,
            dataType,
            minimumSamplingInterval: 10,
            ...(value === undefined ? {} : { value: new Variant({ dataType, arrayType: VariantArrayType.Scalar, value }) }),
            ...more,
        });

    for (const [name, [dataType, value]] of Object.entries(TYPES)) {
        add(name, dataType, value, { organizedBy: undefined, componentOf: types, nodeId: "s=Types." + name });
        add(name, dataType, value, { organizedBy: undefined, componentOf: written, nodeId: "s=Written." + name });
    }
    add("Temperature", DataType.Double, 42.5).setValueFromSource(
        { dataType: DataType.Double, value: 42.5 }, StatusCodes.Good, MEASURED);
    add("Level", DataType.Double, 0);
    add("Steps", DataType.Int32, 0);
    add("Array", DataType.Int32, undefined, {
        valueRank: 1,
        arrayDimensions: [3],
        value: new Variant({ dataType: DataType.Int32, arrayType: VariantArrayType.Array, value: new Int32Array([10, 20, 30]) }),
    });
    add("Fixed", DataType.Double, 7, { accessLevel: "CurrentRead", userAccessLevel: "CurrentRead" });
    add("Worn", DataType.Double, 5).setValueFromSource(
        { dataType: DataType.Double, value: 5 }, StatusCodes.UncertainSensorNotAccurate, MEASURED);
    add("Dead", DataType.Double, 5).setValueFromSource(
        { dataType: DataType.Double, value: 5 }, StatusCodes.BadSensorFailure, MEASURED);
    // A number whose type the server does not declare: it can refuse to compute a deadband for it.
    add("Any", "BaseDataType", undefined, { value: new Variant({ dataType: DataType.Double, value: 1 }) });

    // As it came over the line: the server gives a time to what has none before a variable hears of it.
    let taken = "nothing";
    server.on("request", (request) => {
        if (request.schema.name === "WriteRequest") {
            const { sourceTimestamp, serverTimestamp, statusCode } = request.nodesToWrite[0].value;
            taken = [sourceTimestamp, serverTimestamp, statusCode.name].join(" ");
        }
    });
    let setpoint = 3;
    add("Setpoint", DataType.Double, undefined, {
        value: {
            timestamped_get: () =>
                new DataValue({
                    value: { dataType: DataType.Double, value: setpoint },
                    sourceTimestamp: new Date(),
                    statusCode: StatusCodes.Good,
                }),
            timestamped_set: async (given) => {
                if (given.value.value > 1000) {
                    return StatusCodes.BadOutOfRange;
                }
                setpoint = given.value.value;
                return StatusCodes.Good;
            },
        },
    });
    add("Taken", DataType.String, undefined, {
        accessLevel: "CurrentRead",
        userAccessLevel: "CurrentRead",
        value: { get: () => new Variant({ dataType: DataType.String, value: taken }) },
    });

    let count = 0;
    const counter = add("Counter", DataType.UInt32, 0);
    setInterval(() => counter.setValueFromSource({ dataType: DataType.UInt32, value: ++count }), 50);
    for (let i = 0; i < 100; i++) {
        add("Many" + i, DataType.Double, i);
    }
    const later = space.registerNamespace(LATER);
    later.addVariable({
        organizedBy: top,
        nodeId: "i=7",
        browseName: "Seven",
        dataType: DataType.Int16,
        value: new Variant({ dataType: DataType.Int16, value: 7 }),
    });
}

async function main() {
    await certificates.initialize();
    await server.initialize();
    populate(server.engine.addressSpace);
    await server.start();
    console.log("listening");
}

main().catch((problem) => {
    console.error(problem);
    process.exit(1);
});

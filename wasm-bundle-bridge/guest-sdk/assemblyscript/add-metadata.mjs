// SPDX-License-Identifier: Apache-2.0
// node add-metadata.mjs module.json module.wasm: puts the JSON into the module's custom section `bascule`, replacing an old one.
import { readFileSync, writeFileSync } from 'node:fs';

const [metadataFile, wasmFile] = process.argv.slice(2);
if (!wasmFile) throw new Error('usage: node add-metadata.mjs module.json module.wasm');
const metadata = readFileSync(metadataFile);
JSON.parse(metadata.toString());
const wasm = readFileSync(wasmFile);
if (wasm.subarray(0, 4).toString('latin1') !== '\0asm') throw new Error(`${wasmFile} is not a WebAssembly module`);

function leb(n) {
  const bytes = [];
  do bytes.push((n & 127) | (n > 127 ? 128 : 0)); while ((n >>>= 7));
  return Buffer.from(bytes);
}

const kept = [wasm.subarray(0, 8)];
for (let at = 8; at < wasm.length; ) {
  const start = at;
  const id = wasm[at++];
  let size = 0;
  for (let shift = 0, b = 128; b & 128; shift += 7) size += ((b = wasm[at++]) & 127) * 2 ** shift;
  const body = wasm.subarray(at, (at += size));
  if (!(id === 0 && body[0] === 7 && body.subarray(1, 8).toString() === 'bascule')) kept.push(wasm.subarray(start, at));
}
const body = Buffer.concat([leb(7), Buffer.from('bascule'), metadata]);
writeFileSync(wasmFile, Buffer.concat([...kept, Buffer.from([0]), leb(body.length), body]));

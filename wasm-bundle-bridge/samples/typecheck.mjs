// SPDX-License-Identifier: Apache-2.0
// Embeds the contract's WIT into each module and makes a component of it, which type-checks every import and export:
//   node typecheck.mjs <folder of npm packages> <gateway.wit> a.wasm b.wasm ...
import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { pathToFileURL } from 'node:url';

const [packages, witFile, ...files] = process.argv.slice(2);
const tools = `${packages}/@bytecodealliance/jco-transpile/dist/wasm-tools.js`;
const { componentEmbed, componentNew, parse } = await import(pathToFileURL(tools).href);
const witSource = readFileSync(witFile, 'utf8');
const WASI = 'wasi_snapshot_preview1';

/** The world the metadata names, with the optional exports this module has. */
function worldOf(module) {
  const [section] = WebAssembly.Module.customSections(module, 'bascule');
  const { world } = JSON.parse(new TextDecoder().decode(section));
  const exported = WebAssembly.Module.exports(module).map((e) => e.name);
  const optional = { timer: 'timed', message: 'messaged' };
  return [world, ...Object.keys(optional).filter((name) => exported.includes(name)).map((name) => optional[name])];
}

/** Answers the WASI functions a module imports, so that nothing but the contract is left to check. */
async function wasiAdapter(imports) {
  const types = { args_get: 2, args_sizes_get: 2, environ_get: 2, environ_sizes_get: 2, fd_write: 4, random_get: 2 };
  const functions = imports.map(({ name }) => {
    const params = name === 'clock_time_get' ? 'i32 i64 i32' : 'i32 '.repeat(types[name] ?? 1);
    return `(func (export "${name}") (param ${params}) ${name === 'proc_exit' ? 'unreachable' : '(result i32) i32.const 0'})`;
  });
  const binary = await parse(`(module ${functions.join(' ')})`);
  return componentEmbed({ binary, witSource: 'package bascule:adapter; world adapter {}', stringEncoding: 'utf8' });
}

async function check(file) {
  const binary = readFileSync(file);
  const module = new WebAssembly.Module(binary);
  const worlds = worldOf(module);
  const wit = `${witSource}\nworld checked { ${worlds.map((world) => `include ${world};`).join(' ')} }\n`;
  const wasi = WebAssembly.Module.imports(module).filter((i) => i.module === WASI);
  const embedded = await componentEmbed({ binary, witSource: wit, world: 'checked', stringEncoding: 'utf8' });
  const component = await componentNew(embedded, wasi.length ? [[WASI, await wasiAdapter(wasi)]] : []);
  return `${basename(file)}: ${worlds.join(' + ')}, a component of ${component.length} bytes`;
}

let failed = 0;
for (const file of files) {
  try {
    console.log(`ok      ${await check(file)}`);
  } catch (e) {
    failed++;
    console.log(`FAILED  ${basename(file)}: ${e.payload ?? e}`);
  }
}
process.exitCode = failed ? 1 : 0;

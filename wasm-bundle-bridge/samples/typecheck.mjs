// SPDX-License-Identifier: Apache-2.0
// Embeds the contract's WIT into each module and makes a component of it, which type-checks every import and export:
//   node typecheck.mjs <path of jco-transpile/dist/wasm-tools.js> <gateway.wit> a.wasm b.wasm ...
// Modules that use the WASI preview 1 subset are checked without those imports, which are no part of the contract: see stub().
import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { pathToFileURL } from 'node:url';

const [tools, witFile, ...files] = process.argv.slice(2);
const { componentEmbed, componentNew } = await import(pathToFileURL(tools).href);
const witSource = readFileSync(witFile, 'utf8');

/** The world the metadata names, or the one with the optional exports this module has. */
function worldOf(module) {
  const [section] = WebAssembly.Module.customSections(module, 'bascule');
  const { world } = JSON.parse(new TextDecoder().decode(section));
  const exported = WebAssembly.Module.exports(module).map((e) => e.name);
  const optional = ['timer', 'message'].filter((name) => exported.includes(name)).map((name) => `include ${name}d;`);
  return { world, extra: optional.join(' ').replace('messaged', 'messaged').replace('timerd', 'timed') };
}

async function check(file) {
  const binary = readFileSync(file);
  const module = new WebAssembly.Module(binary);
  const { world, extra } = worldOf(module);
  const name = extra ? 'checked' : world;
  const wit = extra ? `${witSource}\nworld checked { include ${world}; ${extra} }\n` : witSource;
  const wasi = WebAssembly.Module.imports(module).some((i) => i.module === 'wasi_snapshot_preview1');
  const embedded = await componentEmbed({ binary, witSource: wit, world: name, stringEncoding: 'utf8' });
  const component = await componentNew(embedded, wasi ? [['wasi_snapshot_preview1', adapter()]] : []);
  return `${basename(file)}: world ${world}${extra ? ` + ${extra}` : ''}, component of ${component.length} bytes`;
}

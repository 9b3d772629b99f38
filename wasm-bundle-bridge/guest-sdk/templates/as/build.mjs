// Builds build/@NAME@-<version>.wasm: compiles module.ts and adds module.json as the module's metadata.
import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync } from 'node:fs';

const { name, version } = JSON.parse(readFileSync('module.json', 'utf8'));
const out = `build/${name}-${version}.wasm`;
mkdirSync('build', { recursive: true });
const run = (...args) => execFileSync(process.execPath, args, { stdio: 'inherit' });
// The runtime `incremental` collects garbage; a module that makes no objects after `configure` can do with the smaller `stub`.
run('node_modules/assemblyscript/bin/asc.js', 'module.ts', '-o', out, '-Oz', '--converge', '--noAssert', '--runtime', 'incremental',
  '--use', 'abort=');
run('add-metadata.mjs', 'module.json', out);
console.log(`built ${out}`);

// SPDX-License-Identifier: Apache-2.0
// Runs modules under a small host of its own, so that a broken sample is found without building the gateway:
//   node smoke.mjs a.wasm b.wasm ...      contract check: imports, exports, metadata, self-test, snapshot and restore
//   node smoke.mjs --csv f.csv a.wasm [JSON]   feeds timestamp,value rows with this configuration and prints the alerts
import { readFileSync } from 'node:fs';
import { basename } from 'node:path';

const PACKAGE = /^bascule:gateway\/(log|clock|emit|channel|state|timer|io)@1\.0\.0$/;
const WASI = ['fd_write', 'clock_time_get', 'random_get', 'args_get', 'args_sizes_get', 'environ_get', 'environ_sizes_get',
  'proc_exit'];
const EXPORTS = {
  processor: ['configure', 'test', 'process', 'snapshot', 'restore'],
  decoder: ['configure', 'test', 'decode'],
  driver: ['configure', 'test', 'address', 'plan', 'connect', 'poll', 'write'],
};
const RECORD = 24;

function must(ok, what) {
  if (!ok) throw new Error(what);
}

export class Host {
  constructor(bytes) {
    this.module = new WebAssembly.Module(bytes);
    const [section] = WebAssembly.Module.customSections(this.module, 'bascule');
    must(section, 'no custom section "bascule"');
    this.metadata = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(section));
    this.channels = [];
    this.clear();
    const imports = {};
    for (const { module, name, kind } of WebAssembly.Module.imports(this.module)) {
      const wasi = module === 'wasi_snapshot_preview1' && WASI.includes(name);
      must(kind === 'function' && (PACKAGE.test(module) || wasi), `import ${module} ${name} is outside the contract`);
      const f = wasi ? this.wasi(name) : this.functions()[module.split(/[/@]/)[1]]?.[name];
      must(f, `the contract has no function ${module} ${name}`);
      (imports[module] ??= {})[name] = f;
    }
    this.exports = new WebAssembly.Instance(this.module, imports).exports;
    (this.exports._initialize ?? this.exports._start)?.();
  }

  clear() {
    Object.assign(this, { readings: [], messages: [], alerts: [], writes: [], log: [] });
  }

  bytes(ptr, len) {
    must((ptr >>> 0) + (len >>> 0) <= this.exports.memory.buffer.byteLength, `pointer ${ptr}+${len} is outside memory`);
    return new Uint8Array(this.exports.memory.buffer, ptr >>> 0, len >>> 0).slice();
  }

  text(ptr, len) {
    return new TextDecoder('utf-8', { fatal: true }).decode(this.bytes(ptr, len));
  }

  records(ptr, len) {
    const v = new DataView(this.bytes(ptr, len * RECORD).buffer);
    return Array.from({ length: len }, (_, i) => ({
      channel: v.getUint32(i * RECORD, true), kind: v.getUint8(i * RECORD + 4), quality: v.getUint8(i * RECORD + 5),
      aux: v.getUint16(i * RECORD + 6, true), time: v.getBigInt64(i * RECORD + 8, true), value: v.getFloat64(i * RECORD + 16, true),
    }));
  }

  place(bytes, align) {
    if (bytes.length === 0) return 0;
    const ptr = this.exports.cabi_realloc(0, 0, align, bytes.length);
    must(ptr % align === 0, `cabi_realloc returned ${ptr}, not aligned to ${align}`);
    new Uint8Array(this.exports.memory.buffer).set(bytes, ptr);
    return ptr;
  }

  batch(readings) {
    const v = new DataView(new ArrayBuffer(readings.length * RECORD));
    readings.forEach((r, i) => {
      v.setUint32(i * RECORD, r.channel ?? 0, true);
      v.setUint8(i * RECORD + 4, r.kind ?? 1);
      v.setUint8(i * RECORD + 5, r.quality ?? 0);
      v.setUint16(i * RECORD + 6, r.aux ?? 0, true);
      v.setBigInt64(i * RECORD + 8, r.time, true);
      v.setFloat64(i * RECORD + 16, r.value, true);
    });
    return new Uint8Array(v.buffer);
  }

  call(name, bytes, align, ...more) {
    return this.exports[name](this.place(bytes, align), align === 8 ? bytes.length / RECORD : bytes.length, ...more);
  }

  configure(config) {
    return this.call('configure', new TextEncoder().encode(JSON.stringify(config)), 1);
  }

  process(readings) {
    return this.call('process', this.batch(readings), 8);
  }

  snapshot() {
    const result = this.exports.snapshot();
    const [ptr, len] = new Uint32Array(this.exports.memory.buffer.slice(result, result + 8));
    const state = this.bytes(ptr, len);
    this.exports.cabi_post_snapshot?.(result);
    return state;
  }

  list(result, bytes) {
    const ptr = this.place(bytes, 1);
    new Uint32Array(this.exports.memory.buffer, result, 2).set([ptr, bytes.length]);
  }

  functions() {
    const name = (p, n) => {
      const s = this.text(p, n);
      if (!this.channels.includes(s)) this.channels.push(s);
      return 1000 + this.channels.indexOf(s);
    };
    return {
      log: { write: (level, p, n) => void this.log.push(`${level} ${this.text(p, n)}`) },
      clock: { now: () => 1_700_000_000_000_000_000n },
      emit: {
        readings: (p, n) => this.readings.push(...this.records(p, n)) && n,
        message: (tp, tn, p, n) => this.messages.push({ topic: this.text(tp, tn), payload: this.bytes(p, n) }) && 0,
        alert: (severity, channel, time, value, p, n) =>
          this.alerts.push({ severity, channel, time, value, text: this.text(p, n) }) && 0,
      },
      channel: {
        open: name,
        read: (handle, result) => new Uint8Array(this.exports.memory.buffer)
          .set(this.batch([{ channel: handle, time: 1n, value: this.image?.[handle] ?? 0, quality: this.image ? 0 : 128 }]), result),
        write: (p, n) => this.writes.push(...this.records(p, n)) && n,
      },
      state: { get: (p, n, result) => this.list(result, new Uint8Array()), put: () => 0 },
      timer: { set: () => 0, cancel: () => {} },
      io: { open: () => -4, send: () => -2, receive: (h, m, t, result) => this.list(result, new Uint8Array()), close: () => {} },
    };
  }

  wasi(name) {
    const memory = () => new DataView(this.exports.memory.buffer);
    return {
      fd_write: (fd, iovs, count, result) => {
        let n = 0;
        for (let i = 0; i < count; i++) n += memory().getUint32(iovs + 8 * i + 4, true);
        memory().setUint32(result, n, true);
        return 0;
      },
      clock_time_get: (id, precision, result) => (memory().setBigInt64(result, 1_700_000_000_000_000_000n, true), 0),
      // One argument, the program's name: a Java module damages its heap if there is none.
      args_sizes_get: (a, b) => (memory().setUint32(a, 1, true), memory().setUint32(b, 7, true), 0),
      args_get: (a, b) => (memory().setUint32(a, b, true), new Uint8Array(this.exports.memory.buffer).set(Buffer.from('module\0'), b), 0),
      environ_sizes_get: (a, b) => (memory().setUint32(a, 0, true), memory().setUint32(b, 0, true), 0),
      proc_exit: (code) => { throw new Error(`proc_exit ${code}`); },
    }[name] ?? (() => 0);
  }
}

/** What every module of a world has to do with its default configuration. */
function check(file) {
  const bytes = readFileSync(file);
  const host = new Host(bytes);
  const { world, name, version } = host.metadata;
  must(basename(file) === `${name}-${version}.wasm`, `metadata says ${name}-${version}`);
  for (const f of ['cabi_realloc', ...EXPORTS[world]]) must(typeof host.exports[f] === 'function', `no export ${f}`);
  must(host.exports.memory instanceof WebAssembly.Memory, 'no export memory');
  must(host.configure({}) >= 0, `configure({}) refused: ${host.log}`);
  must(host.exports.test() === 0, `self-test failed: ${host.log}`);
  for (const [key, schema] of Object.entries(host.metadata.config.properties)) {
    const wrong = { number: 'x', integer: 'x', boolean: 'x', string: 1 }[schema.type];
    must(new Host(bytes).configure({ [key]: wrong }) === -2, `configure accepts ${key}=${JSON.stringify(wrong)}`);
    must(new Host(bytes).configure({ [key]: schema.default }) >= 0, `configure refuses the default of ${key}`);
  }
  if (world === 'processor') handOver(bytes);
  return `${name} ${version} (${world}, ${bytes.length} bytes)`;
}

/** A successor that restores a snapshot must go on exactly as the predecessor does. */
function handOver(bytes) {
  const wave = (i) => ({ channel: i % 3, time: BigInt(i) * 1_000_000_000n, value: 90 + 30 * Math.sin(i / 7) + (i % 5) });
  const feed = (host, from, to) => {
    for (let i = from; i < to; i += 10) {
      const code = host.process(Array.from({ length: 10 }, (_, k) => wave(i + k)));
      must(code >= 0, `process returned ${code}`);
    }
    return JSON.stringify([host.readings, host.alerts, host.writes], (_, v) => (typeof v === 'bigint' ? `${v}` : v));
  };
  const old = new Host(bytes);
  must(old.configure({}) >= 0 && feed(old, 0, 500), 'first run');
  must(old.process([]) >= 0, 'an empty batch is refused');
  const state = old.snapshot();
  must(state.length > 0 && state.length <= 65536, `snapshot has ${state.length} bytes`);
  const next = new Host(bytes);
  must(next.configure({}) >= 0 && next.call('restore', state, 1) === 0, 'restore refuses its own snapshot');
  old.clear();
  must(feed(old, 500, 800) === feed(next, 500, 800), 'the successor goes on differently');
  for (const cut of new Set([0, 1, state.length >> 1, state.length - 1])) {
    const host = new Host(bytes);
    must(host.configure({}) >= 0 && host.call('restore', state.slice(0, cut), 1) < 0, `restore accepts the first ${cut} bytes`);
  }
}

function replay(csv, file, config) {
  const host = new Host(readFileSync(file));
  must(host.configure(config) >= 0, `configure refused: ${host.log}`);
  const rows = readFileSync(csv, 'utf8').trim().split('\n').slice(1).map((l) => l.split(','));
  const readings = rows.map(([t, v]) => ({ channel: 0, time: BigInt(Date.parse(t.replace(' ', 'T') + 'Z')) * 1_000_000n, value: +v }));
  for (let i = 0; i < readings.length; i += 256) must(host.process(readings.slice(i, i + 256)) >= 0, `batch ${i} failed`);
  for (const a of host.alerts) console.log(new Date(Number(a.time / 1_000_000n)).toISOString(), a.severity, a.value.toFixed(2), a.text);
}

const args = process.argv.slice(2);
if (args[0] === '--csv') {
  replay(args[1], args[2], JSON.parse(args[3] ?? '{}'));
} else {
  let failed = 0;
  for (const file of args) {
    try {
      console.log(`ok      ${check(file)}`);
    } catch (e) {
      failed++;
      console.log(`FAILED  ${basename(file)}: ${e.message}`);
    }
  }
  process.exitCode = failed ? 1 : 0;
}

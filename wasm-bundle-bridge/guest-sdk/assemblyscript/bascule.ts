// SPDX-License-Identifier: Apache-2.0
//
// Bascule guest SDK: bascule:gateway@1.0.0 for AssemblyScript, in one file.
//
// Build: asc module.ts -o module.wasm -Oz --converge --noAssert --runtime stub --use abort= && node add-metadata.mjs module.json module.wasm
// `--use abort=` turns aborts into traps; without it the module imports env.abort and the gateway refuses it. The runtime `stub`
// never frees managed objects: create strings, arrays and the like in `configure` only, or build with `--runtime incremental`.
// Calls of an instance never overlap, so module-level variables are the module's state.

export namespace Code {
  export const FAILED: i32 = -1;
  export const BAD_ARGUMENT: i32 = -2;
  export const NOT_PERMITTED: i32 = -3;
  export const NOT_FOUND: i32 = -4;
  export const UNSUPPORTED: i32 = -5;
  export const CORRUPT_DATA: i32 = -6;
  export const BUSY: i32 = -7;
  export const TIMEOUT: i32 = -8;
  export const TOO_LARGE: i32 = -9;
}
export const F64: u8 = 1;
export const I64: u8 = 2;
export const BOOL: u8 = 3;
export const GOOD: u8 = 0;
export const UNCERTAIN: u8 = 64;
export const BAD: u8 = 128;

// ---- imports; what is not called is not imported ----------------------------------------------------------------------

@external("bascule:gateway/log@1.0.0", "write")
declare function log_write(level: i32, text: usize, len: usize): void;
@external("bascule:gateway/clock@1.0.0", "now")
declare function clock_now(): i64;
@external("bascule:gateway/emit@1.0.0", "readings")
declare function emit_readings(readings: usize, count: usize): i32;
@external("bascule:gateway/emit@1.0.0", "message")
declare function emit_message(topic: usize, topicLen: usize, payload: usize, len: usize): i32;
@external("bascule:gateway/emit@1.0.0", "alert")
declare function emit_alert(severity: i32, channel: u32, time: i64, value: f64, text: usize, len: usize): i32;
@external("bascule:gateway/channel@1.0.0", "open")
declare function channel_open(name: usize, len: usize): i32;
@external("bascule:gateway/channel@1.0.0", "read")
declare function channel_read(handle: u32, result: usize): void;
@external("bascule:gateway/channel@1.0.0", "write")
declare function channel_write(readings: usize, count: usize): i32;
@external("bascule:gateway/state@1.0.0", "get")
declare function state_get(key: usize, len: usize, result: usize): void;
@external("bascule:gateway/state@1.0.0", "put")
declare function state_put(key: usize, keyLen: usize, value: usize, len: usize): i32;
@external("bascule:gateway/timer@1.0.0", "set")
declare function timer_set(id: u32, delayMs: u32, periodMs: u32): i32;
@external("bascule:gateway/timer@1.0.0", "cancel")
declare function timer_cancel(id: u32): void;
@external("bascule:gateway/io@1.0.0", "open")
declare function io_open(endpoint: usize, len: usize): i32;
@external("bascule:gateway/io@1.0.0", "send")
declare function io_send(handle: u32, data: usize, len: usize): i32;
@external("bascule:gateway/io@1.0.0", "receive")
declare function io_receive(handle: u32, max: u32, timeoutMs: u32, result: usize): void;
@external("bascule:gateway/io@1.0.0", "close")
declare function io_close(handle: u32): void;

/** A reading in the module's memory: the contract's 24-byte record, read and written in place. */
@unmanaged
export class Reading {
  channel: u32;
  kind: u8;
  quality: u8;
  aux: u16;
  /** Nanoseconds since 1970-01-01T00:00:00Z. */
  time: i64;
  /** The value's 64 bits; read them through `number`. */
  bits: u64;

  get number(): f64 {
    return this.kind == I64 ? <f64>(<i64>this.bits) : reinterpret<f64>(this.bits);
  }

  set number(value: f64) {
    this.kind = F64;
    this.bits = reinterpret<u64>(value);
  }

  /** True for a finite number of a kind this SDK knows and a quality better than bad. */
  get isUsable(): bool {
    return this.quality < BAD && this.kind >= F64 && this.kind <= BOOL && isFinite(this.number);
  }
}

export const RECORD: usize = 24;

/** The reading at an index of a batch. */
export function readingAt(batch: usize, index: usize): Reading {
  return changetype<Reading>(batch + index * RECORD);
}

export function emit(readings: usize, count: usize): i32 {
  return count == 0 ? 0 : emit_readings(readings, count);
}

export function writeChannels(readings: usize, count: usize): i32 {
  return channel_write(readings, count);
}

/** The latest reading of a channel, placed at `result` (24 bytes). */
export function readChannel(handle: u32, result: usize): void {
  channel_read(handle, result);
}

export function now(): i64 {
  return clock_now();
}

export function setTimer(id: u32, delayMs: u32, periodMs: u32): i32 {
  return timer_set(id, delayMs, periodMs);
}

export function cancelTimer(id: u32): void {
  timer_cancel(id);
}

// These take managed strings: with the runtime `stub` call them rarely, as each leaves its bytes behind.

/** Levels: 1 error, 2 warning, 3 info, 4 debug. */
export function log(level: i32, text: string): void {
  const utf8 = String.UTF8.encode(text);
  log_write(level, changetype<usize>(utf8), utf8.byteLength);
}

export function openChannel(name: string): i32 {
  const utf8 = String.UTF8.encode(name);
  return channel_open(changetype<usize>(utf8), utf8.byteLength);
}

/** Severities: 1 info, 2 warning, 3 alarm, 4 critical. */
export function alert(severity: i32, cause: Reading, value: f64, text: string): i32 {
  const utf8 = String.UTF8.encode(text);
  return emit_alert(severity, cause.channel, cause.time, value, changetype<usize>(utf8), utf8.byteLength);
}

export function emitMessage(topic: string, payload: string): i32 {
  const t = String.UTF8.encode(topic);
  const p = String.UTF8.encode(payload);
  return emit_message(changetype<usize>(t), t.byteLength, changetype<usize>(p), p.byteLength);
}

export function putState(key: string, value: ArrayBuffer): i32 {
  const k = String.UTF8.encode(key);
  return state_put(changetype<usize>(k), k.byteLength, changetype<usize>(value), value.byteLength);
}

export function getState(key: string): ArrayBuffer {
  const k = String.UTF8.encode(key);
  state_get(changetype<usize>(k), k.byteLength, list);
  return takeList();
}

export function openIo(endpoint: string): i32 {
  const e = String.UTF8.encode(endpoint);
  return io_open(changetype<usize>(e), e.byteLength);
}

export function sendIo(handle: u32, data: ArrayBuffer): i32 {
  return io_send(handle, changetype<usize>(data), data.byteLength);
}

export function receiveIo(handle: u32, max: u32, timeoutMs: u32): ArrayBuffer {
  io_receive(handle, max, timeoutMs, list);
  return takeList();
}

export function closeIo(handle: u32): void {
  io_close(handle);
}

// ---- memory: power-of-two blocks with one free list per size, so a long-running module stops growing --------------------

const list: usize = memory.data(8, 4);
const freeLists: usize = memory.data(128, 4);

function sizeClass(size: usize): usize {
  return max<usize>(4, size < 2 ? 0 : 32 - clz<u32>(<u32>size - 1));
}

/** At least `size` bytes, aligned to 16. */
export function take(size: usize): usize {
  const list = freeLists + (sizeClass(size) << 2);
  const block = load<usize>(list);
  if (block != 0) {
    store<usize>(list, load<usize>(block));
    return block;
  }
  return heap.alloc((<usize>1) << sizeClass(size));
}

/** Gives back what `take` gave or the host placed; `size` in bytes, as it was asked for. */
export function giveBack(block: usize, size: usize): void {
  if (size == 0) return;
  const list = freeLists + (sizeClass(size) << 2);
  store<usize>(block, load<usize>(list));
  store<usize>(list, block);
}

/** Re-export it: `export { cabi_realloc } from "./bascule";` */
export function cabi_realloc(old: usize, oldSize: usize, align: usize, size: usize): usize {
  if (size == 0) {
    giveBack(old, oldSize);
    return align;
  }
  if (oldSize != 0 && sizeClass(oldSize) == sizeClass(size)) return old;
  const block = take(size);
  if (oldSize != 0) {
    memory.copy(block, old, min(oldSize, size));
    giveBack(old, oldSize);
  }
  return block;
}

function takeList(): ArrayBuffer {
  const len = load<usize>(list, 4);
  const bytes = new ArrayBuffer(<i32>len);
  memory.copy(changetype<usize>(bytes), load<usize>(list), len);
  giveBack(load<usize>(list), len);
  return bytes;
}

/** What `snapshot` returns: a list in static memory. */
export function listOf(ptr: usize, len: usize): usize {
  store<usize>(list, ptr);
  store<usize>(list, len, 4);
  return list;
}

// ---- configuration: the top-level keys of one JSON object --------------------------------------------------------------

/** Reads the configuration; check `failed` after the last key. Texts are taken as written: escapes are refused. */
export class Config {
  failed: bool = false;
  private json: string;

  constructor(ptr: usize, len: usize) {
    this.json = String.UTF8.decodeUnsafe(ptr, len);
    giveBack(ptr, len);
    const start = this.skipSpace(0);
    if (start < this.json.length && this.json.charCodeAt(start) != 123 /* { */) this.refuse("document", "must be a JSON object");
  }

  number(key: string, otherwise: f64, min: f64, max: f64): f64 {
    const raw = this.find(key);
    if (raw === null) return otherwise;
    const value = raw.startsWith('"') ? NaN : decimal(raw);
    if (!(value >= min && value <= max)) this.refuse(key, "is not a number of the permitted range");
    return value;
  }

  boolean(key: string, otherwise: bool): bool {
    const raw = this.find(key);
    if (raw === null) return otherwise;
    if (raw != "true" && raw != "false") this.refuse(key, "must be true or false");
    return raw == "true";
  }

  text(key: string): string {
    const raw = this.find(key);
    if (raw === null) return "";
    if (!raw.startsWith('"') || raw.includes("\\")) this.refuse(key, "must be a text without backslashes");
    return raw.substring(1, raw.length - 1);
  }

  refuse(key: string, why: string): void {
    this.failed = true;
    log(1, "configuration: " + key + " " + why);
  }

  private skipSpace(at: i32): i32 {
    while (at < this.json.length && this.json.charCodeAt(at) <= 32) at++;
    return at;
  }

  /** The value under a key as it is written, or null. */
  private find(key: string): string | null {
    let at = this.skipSpace(this.skipSpace(0) + 1);
    while (at < this.json.length && this.json.charCodeAt(at) == 34 /* " */) {
      const nameEnd = this.valueEnd(at);
      const name = this.json.substring(at + 1, nameEnd - 1);
      at = this.skipSpace(this.skipSpace(nameEnd) + 1);
      const end = this.valueEnd(at);
      if (name == key) {
        const raw = this.json.substring(at, end);
        return raw == "null" ? null : raw;
      }
      at = this.skipSpace(end);
      if (at < this.json.length && this.json.charCodeAt(at) == 44 /* , */) at = this.skipSpace(at + 1);
    }
    return null;
  }

  private valueEnd(at: i32): i32 {
    let depth = 0;
    let quoted = false;
    for (; at < this.json.length; at++) {
      const c = this.json.charCodeAt(at);
      if (quoted) {
        if (c == 92 /* \ */) at++;
        else if (c == 34) {
          quoted = false;
          if (depth == 0) return at + 1;
        }
      } else if (c == 34) quoted = true;
      else if (c == 123 || c == 91) depth++;
      else if (c == 125 || c == 93) {
        if (depth == 0) return at;
        if (--depth == 0) return at + 1;
      } else if (depth == 0 && (c == 44 || c == 58 || c <= 32)) return at;
    }
    return at;
  }
}

/** A decimal number such as -12.5e3, exact up to 15 digits, or NaN; the library's parser is several times as large. */
function decimal(text: string): f64 {
  let at = text.startsWith("-") ? 1 : 0;
  const negative = at == 1;
  let mantissa: u64 = 0;
  let exponent = 0;
  let fraction = false;
  let seen = false;
  for (; at < text.length; at++) {
    const c = text.charCodeAt(at);
    if (c >= 48 && c <= 57) {
      seen = true;
      if (mantissa < 100000000000000000) {
        mantissa = mantissa * 10 + (c - 48);
        if (fraction) exponent--;
      } else if (!fraction) exponent++;
    } else if (c == 46 && seen && !fraction) fraction = true;
    else break;
  }
  if (!seen) return NaN;
  if (at < text.length) {
    if ((text.charCodeAt(at) | 32) != 101 /* e */) return NaN;
    at++;
    const down = at < text.length && text.charCodeAt(at) == 45;
    if (at < text.length && (down || text.charCodeAt(at) == 43)) at++;
    if (at == text.length) return NaN;
    let e = 0;
    for (; at < text.length; at++) {
      const c = text.charCodeAt(at);
      if (c < 48 || c > 57) return NaN;
      e = min(9999, e * 10 + (c - 48));
    }
    exponent += down ? -e : e;
  }
  let value = <f64>mantissa;
  let power: f64 = 1;
  const n = min(700, abs(exponent));
  for (let i = 0; i < n; i++) {
    power *= 10; // exact up to 1e22, so the usual case rounds once
    if (i % 22 == 21 || i == n - 1) {
      value = exponent < 0 ? value / power : value * power;
      power = 1;
    }
  }
  return negative ? -value : value;
}

// SPDX-License-Identifier: Apache-2.0
//
// Converts readings from one unit to another, in place. Quality and time stay; what is no number passes unchanged.
import { Code, Config, emit, giveBack, listOf, openChannel, readingAt, RECORD } from "../../guest-sdk/assemblyscript/bascule";
export { cabi_realloc } from "../../guest-sdk/assemblyscript/bascule";

const FORMAT: u32 = 1;

/** A unit as its kind and its way to the kind's base unit: base = value * factor + offset. */
class Unit {
  constructor(public name: string, public kind: i32, public factor: f64, public offset: f64) {}
}

const UNITS: Unit[] = [
  new Unit("K", 1, 1, 0), new Unit("C", 1, 1, 273.15), new Unit("F", 1, 5.0 / 9.0, 459.67 * 5.0 / 9.0),
  new Unit("Pa", 2, 1, 0), new Unit("kPa", 2, 1e3, 0), new Unit("bar", 2, 1e5, 0), new Unit("psi", 2, 6894.757293168, 0),
  new Unit("W", 3, 1, 0), new Unit("kW", 3, 1e3, 0), new Unit("hp", 3, 745.69987158227, 0),
  new Unit("m", 4, 1, 0), new Unit("mm", 4, 1e-3, 0), new Unit("ft", 4, 0.3048, 0), new Unit("in", 4, 0.0254, 0),
  new Unit("kg", 5, 1, 0), new Unit("lb", 5, 0.45359237, 0),
  new Unit("m3/h", 6, 1, 0), new Unit("l/min", 6, 0.06, 0), new Unit("l/s", 6, 3.6, 0), new Unit("gpm", 6, 0.2271247, 0),
];

let enabled: bool = true;
let factor: f64 = 1;
let offset: f64 = 0;
let output: i32 = -1;
let converted: u64 = 0;

function unit(name: string): Unit | null {
  for (let i = 0; i < UNITS.length; i++) if (UNITS[i].name == name) return UNITS[i];
  return null;
}

function between(from: string, to: string): bool {
  const a = unit(from);
  const b = unit(to);
  if (a === null || b === null || a.kind != b.kind) return false;
  factor = a.factor / b.factor;
  offset = (a.offset - b.offset) / b.factor;
  return true;
}

export function configure(ptr: usize, len: usize): i32 {
  const config = new Config(ptr, len);
  enabled = config.boolean("enabled", true);
  factor = config.number("factor", 1, -1e9, 1e9);
  offset = config.number("offset", 0, -1e9, 1e9);
  const from = config.text("from");
  const to = config.text("to");
  const name = config.text("output");
  if (!config.failed && (from != "" || to != "") && !between(from, to)) {
    config.refuse("from and to", "must be two known units of one kind, not '" + from + "' and '" + to + "'");
  }
  if (config.failed) return Code.BAD_ARGUMENT;
  output = name == "" ? -1 : openChannel(name);
  return name != "" && output < 0 ? output : 0;
}

function convert(batch: usize, count: usize): void {
  for (let i: usize = 0; i < count; i++) {
    const r = readingAt(batch, i);
    // Without a change a 64-bit integer keeps all its digits.
    if (r.isUsable && (factor != 1 || offset != 0)) {
      r.number = r.number * factor + offset;
      converted++;
    }
    if (output >= 0) r.channel = <u32>output;
  }
}

export function process(batch: usize, count: usize): i32 {
  if (enabled) convert(batch, count);
  const code = emit(batch, count);
  giveBack(batch, count * RECORD);
  return code;
}

const state: usize = memory.data(16, 8);

export function snapshot(): usize {
  store<u32>(state, FORMAT);
  store<u64>(state, converted, 8);
  return listOf(state, 16);
}

export function restore(ptr: usize, len: usize): i32 {
  const known = len == 16 && load<u32>(ptr) == FORMAT;
  if (known) converted = load<u64>(ptr, 8);
  giveBack(ptr, len);
  return known ? 0 : Code.CORRUPT_DATA;
}

export function test(): i32 {
  const r = readingAt(memory.data(24, 8), 0);
  r.number = 100;
  output = -1;
  if (!between("C", "F")) return Code.FAILED;
  convert(changetype<usize>(r), 1);
  if (abs(r.number - 212) > 1e-9) return Code.FAILED;
  if (!between("psi", "bar")) return Code.FAILED;
  r.number = 14.503773773;
  convert(changetype<usize>(r), 1);
  r.quality = 128; // a bad reading keeps its value
  convert(changetype<usize>(r), 1);
  return abs(r.number - 1) < 1e-9 && !between("C", "bar") ? 0 : Code.FAILED;
}

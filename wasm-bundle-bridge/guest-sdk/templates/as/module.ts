// @NAME@: scales readings and raises an alert above a limit. Change it into what you need; README.md says how to build.
import { alert, Code, Config, emit, giveBack, listOf, readingAt, RECORD } from "./bascule";
export { cabi_realloc } from "./bascule";

const FORMAT: u32 = 1;

let factor: f64 = 1;
let limit: f64 = 100;
let above: bool = false;

/** True when the value has just risen above the limit. */
function rises(value: f64): bool {
  const wasAbove = above;
  above = value > limit;
  return above && !wasAbove;
}

export function configure(ptr: usize, len: usize): i32 {
  const config = new Config(ptr, len);
  factor = config.number("factor", 1, -1e6, 1e6);
  limit = config.number("limit", 100, -1e9, 1e9);
  return config.failed ? Code.BAD_ARGUMENT : 0;
}

export function process(batch: usize, count: usize): i32 {
  let code = 0;
  for (let i: usize = 0; i < count && code >= 0; i++) {
    const r = readingAt(batch, i);
    if (!r.isUsable) continue;
    r.number = r.number * factor;
    if (rises(r.number)) code = alert(2, r, r.number, "above the limit");
  }
  if (code >= 0) code = emit(batch, count);
  giveBack(batch, count * RECORD);
  return code;
}

const state: usize = memory.data(8, 4);

export function snapshot(): usize {
  store<u32>(state, FORMAT);
  store<u32>(state, <u32>above, 4);
  return listOf(state, 8);
}

export function restore(ptr: usize, len: usize): i32 {
  const known = len == 8 && load<u32>(ptr) == FORMAT;
  if (known) above = load<u32>(ptr, 4) != 0;
  giveBack(ptr, len);
  return known ? 0 : Code.CORRUPT_DATA;
}

export function test(): i32 {
  limit = 100;
  above = false;
  const right = !rises(99) && rises(101) && !rises(102) && !rises(50) && rises(101);
  return right ? 0 : Code.FAILED;
}

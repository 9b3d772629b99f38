// SPDX-License-Identifier: Apache-2.0
// Calls every function of the SDK, so that the type check against the WIT sees every import and export. Never run.
import {
  alert, cancelTimer, closeIo, Config, emit, emitMessage, getState, log, now, openChannel, openIo, putState, readChannel, readingAt,
  receiveIo, sendIo, setTimer, take, writeChannels,
} from "../assemblyscript/bascule";
export { cabi_realloc } from "../assemblyscript/bascule";

export function test(): i32 {
  return 0;
}

export function configure(ptr: usize, len: usize): i32 {
  const config = new Config(ptr, len);
  log(3, config.text("text"));
  cancelTimer(1);
  return putState("k", getState("k")) + setTimer(1, 2, 3);
}

export function address(channel: u32, text: usize, len: usize): i32 {
  return <i32>(channel + <u32>len);
}

export function plan(channels: usize, count: usize): i32 {
  return <i32>count;
}

export function connect(timeoutMs: u32): i32 {
  return <i32>timeoutMs;
}

export function poll(channels: usize, count: usize, timeoutMs: u32): i32 {
  const io = openIo("tcp:127.0.0.1:502");
  sendIo(io, receiveIo(io, 16, timeoutMs));
  closeIo(io);
  const r = take(24);
  readChannel(openChannel("c"), r);
  readingAt(r, 0).time = now();
  return alert(1, readingAt(r, 0), 1, "text") + emitMessage("t", "p") + emit(r, 1);
}

export function write(values: usize, count: usize, timeoutMs: u32): i32 {
  return writeChannels(values, count) + <i32>timeoutMs;
}

export function timer(id: u32): i32 {
  return id;
}

export function message(topic: usize, topicLen: usize, payload: usize, len: usize): i32 {
  return <i32>(topicLen + len);
}

// SPDX-License-Identifier: Apache-2.0
//! What a module may ask of the gateway. Each interface a module uses becomes an import, and so a capability that an operator
//! grants; what is not called is not imported.

use super::{checked, Bytes, Reading, Result, BAD};

#[derive(Clone, Copy)]
pub enum Level {
    Error = 1,
    Warning = 2,
    Info = 3,
    Debug = 4,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Severity {
    Info = 1,
    Warning = 2,
    Alarm = 3,
    Critical = 4,
}

pub fn log(level: Level, text: &str) {
    unsafe { raw::log_write(level as i32, text.as_ptr(), text.len()) }
}

/// Nanoseconds since 1970; for processing prefer the time of the readings.
pub fn now() -> i64 {
    unsafe { raw::clock_now() }
}

/// Emits and alerts are committed when the current call returns a success.
pub fn emit(readings: &[Reading]) -> Result<u32> {
    if readings.is_empty() {
        return Ok(0);
    }
    checked(unsafe { raw::emit_readings(readings.as_ptr(), readings.len()) })
}

pub fn emit_message(topic: &str, payload: &[u8]) -> Result<u32> {
    checked(unsafe { raw::emit_message(topic.as_ptr(), topic.len(), payload.as_ptr(), payload.len()) })
}

pub fn alert(severity: Severity, cause: &Reading, value: f64, text: &str) -> Result<u32> {
    let code = unsafe {
        raw::emit_alert(severity as i32, cause.channel, cause.time, value, text.as_ptr(), text.len())
    };
    checked(code)
}

pub fn channel_open(name: &str) -> Result<u32> {
    checked(unsafe { raw::channel_open(name.as_ptr(), name.len()) })
}

pub fn channel_read(handle: u32) -> Reading {
    let mut r = Reading { quality: BAD, ..Reading::good(handle, 0) };
    unsafe { raw::channel_read(handle, &mut r) };
    r
}

pub fn channel_write(readings: &[Reading]) -> Result<u32> {
    checked(unsafe { raw::channel_write(readings.as_ptr(), readings.len()) })
}

pub fn state_get(key: &str) -> Bytes {
    let mut r = [0, 0];
    unsafe { raw::state_get(key.as_ptr(), key.len(), &mut r) };
    unsafe { Bytes::of(r) }
}

pub fn state_put(key: &str, value: &[u8]) -> Result<u32> {
    checked(unsafe { raw::state_put(key.as_ptr(), key.len(), value.as_ptr(), value.len()) })
}

/// The module must name its type in `timed!` too.
pub fn timer_set(id: u32, delay_ms: u32, period_ms: u32) -> Result<u32> {
    checked(unsafe { raw::timer_set(id, delay_ms, period_ms) })
}

pub fn timer_cancel(id: u32) {
    unsafe { raw::timer_cancel(id) }
}

/// A byte stream to a device, `tcp:10.0.0.7:502` or `serial:/dev/ttyUSB0?baud=19200`; closed when dropped.
pub struct Io(u32);

impl Io {
    pub fn open(endpoint: &str) -> Result<Io> {
        checked(unsafe { raw::io_open(endpoint.as_ptr(), endpoint.len()) }).map(Io)
    }

    pub fn send(&self, data: &[u8]) -> Result<u32> {
        checked(unsafe { raw::io_send(self.0, data.as_ptr(), data.len()) })
    }

    /// Empty after the timeout and when the peer has closed.
    pub fn receive(&self, max: u32, timeout_ms: u32) -> Bytes {
        let mut r = [0, 0];
        unsafe { raw::io_receive(self.0, max, timeout_ms, &mut r) };
        unsafe { Bytes::of(r) }
    }
}

impl Drop for Io {
    fn drop(&mut self) {
        unsafe { raw::io_close(self.0) }
    }
}

mod raw {
    use super::Reading;

    #[link(wasm_import_module = "bascule:gateway/log@1.0.0")]
    extern "C" {
        #[link_name = "write"]
        pub fn log_write(level: i32, text: *const u8, len: usize);
    }
    #[link(wasm_import_module = "bascule:gateway/clock@1.0.0")]
    extern "C" {
        #[link_name = "now"]
        pub fn clock_now() -> i64;
    }
    #[link(wasm_import_module = "bascule:gateway/emit@1.0.0")]
    extern "C" {
        #[link_name = "readings"]
        pub fn emit_readings(r: *const Reading, len: usize) -> i32;
        #[link_name = "message"]
        pub fn emit_message(topic: *const u8, tlen: usize, payload: *const u8, plen: usize) -> i32;
        #[link_name = "alert"]
        pub fn emit_alert(sev: i32, channel: u32, time: i64, value: f64, text: *const u8, len: usize) -> i32;
    }
    #[link(wasm_import_module = "bascule:gateway/channel@1.0.0")]
    extern "C" {
        #[link_name = "open"]
        pub fn channel_open(name: *const u8, len: usize) -> i32;
        #[link_name = "read"]
        pub fn channel_read(handle: u32, result: *mut Reading);
        #[link_name = "write"]
        pub fn channel_write(r: *const Reading, len: usize) -> i32;
    }
    #[link(wasm_import_module = "bascule:gateway/state@1.0.0")]
    extern "C" {
        #[link_name = "get"]
        pub fn state_get(key: *const u8, len: usize, result: *mut [usize; 2]);
        #[link_name = "put"]
        pub fn state_put(key: *const u8, len: usize, value: *const u8, vlen: usize) -> i32;
    }
    #[link(wasm_import_module = "bascule:gateway/timer@1.0.0")]
    extern "C" {
        #[link_name = "set"]
        pub fn timer_set(id: u32, delay_ms: u32, period_ms: u32) -> i32;
        #[link_name = "cancel"]
        pub fn timer_cancel(id: u32);
    }
    #[link(wasm_import_module = "bascule:gateway/io@1.0.0")]
    extern "C" {
        #[link_name = "open"]
        pub fn io_open(endpoint: *const u8, len: usize) -> i32;
        #[link_name = "send"]
        pub fn io_send(handle: u32, data: *const u8, len: usize) -> i32;
        #[link_name = "receive"]
        pub fn io_receive(handle: u32, max: u32, timeout_ms: u32, result: *mut [usize; 2]);
        #[link_name = "close"]
        pub fn io_close(handle: u32);
    }
}

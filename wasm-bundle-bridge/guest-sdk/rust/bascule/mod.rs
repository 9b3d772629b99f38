// SPDX-License-Identifier: Apache-2.0
//! Bascule guest SDK: `bascule:gateway@1.0.0` for Rust, in one folder, without std and without dependencies.
//!
//! Copy the folder beside your `lib.rs`, then: `#![no_std] #[macro_use] mod bascule;`, implement [`Processor`], [`Decoder`] or
//! [`Driver`], and name the type in `processor!`, `decoder!` or `driver!` together with the metadata file.
//! Works with every Rust since 1.63. An instance is called by one thread at a time, so nothing here is synchronised.
#![allow(dead_code)]

mod config;
mod host;
mod memory;
mod snapshot;
mod text;
pub use config::*;
pub use host::*;
pub use memory::*;
pub use snapshot::*;
pub use text::*;

/// Why something did not succeed; the numbers are those of the contract.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(i32)]
pub enum Error {
    Failed = -1,
    BadArgument = -2,
    NotPermitted = -3,
    NotFound = -4,
    Unsupported = -5,
    CorruptData = -6,
    Busy = -7,
    Timeout = -8,
    TooLarge = -9,
}

pub type Result<T> = core::result::Result<T, Error>;

/// A host's or guest's return code as a result.
pub fn checked(code: i32) -> Result<u32> {
    Err(match code {
        0..=i32::MAX => return Ok(code as u32),
        -2 => Error::BadArgument,
        -3 => Error::NotPermitted,
        -4 => Error::NotFound,
        -5 => Error::Unsupported,
        -6 => Error::CorruptData,
        -7 => Error::Busy,
        -8 => Error::Timeout,
        -9 => Error::TooLarge,
        _ => Error::Failed,
    })
}

pub const F64: u8 = 1;
pub const I64: u8 = 2;
pub const BOOL: u8 = 3;
pub const GOOD: u8 = 0;
pub const UNCERTAIN: u8 = 64;
pub const BAD: u8 = 128;

/// A value of a channel at a time: the contract's 24-byte record.
#[derive(Clone, Copy)]
#[repr(C)]
pub struct Reading {
    pub channel: u32,
    pub kind: u8,
    pub quality: u8,
    pub aux: u16,
    /// Nanoseconds since 1970-01-01T00:00:00Z.
    pub time: i64,
    /// The value's 64 bits; read them through [`Reading::number`].
    pub bits: u64,
}

const _: () = assert!(core::mem::size_of::<Reading>() == 24 && core::mem::align_of::<Reading>() == 8);

impl Reading {
    pub const fn good(channel: u32, time: i64) -> Reading {
        Reading { channel, kind: F64, quality: GOOD, aux: 0, time, bits: 0 }
    }

    pub fn with(mut self, value: f64) -> Reading {
        self.kind = F64;
        self.bits = value.to_bits();
        self
    }

    /// The value as a number; `None` for a kind this SDK does not know.
    pub fn number(&self) -> Option<f64> {
        match self.kind {
            F64 | BOOL => Some(f64::from_bits(self.bits)),
            I64 => Some(self.bits as i64 as f64),
            _ => None,
        }
    }

    /// A value of the record's own kind, given as its 64 bits, of quality good.
    pub fn accept(&mut self, bits: u64) {
        self.bits = bits;
        self.quality = GOOD;
        self.aux = 0;
    }

    /// No value, and why; see [`reason`].
    pub fn refuse(&mut self, reason: u16) {
        self.quality = BAD;
        self.aux = reason;
    }

    /// A finite number of a quality better than bad, else `None`.
    pub fn usable(&self) -> Option<f64> {
        self.number().filter(|v| self.quality < BAD && v.is_finite())
    }
}

/// A stage of a flow. The type holds the instance's whole state and is a `static`: keep buffers in it, at fixed sizes.
pub trait Processor: Sized {
    /// The state before `configure`, with every setting at its default.
    const INITIAL: Self;
    /// Size limit of a snapshot in bytes, at most 65536.
    const SNAPSHOT_MAX: usize;

    fn configure(&mut self, config: &Config) -> Result<()>;
    /// The batch is this module's own copy: change it in place and emit a part of it, that saves a buffer.
    fn process(&mut self, batch: &mut [Reading]) -> Result<u32>;
    fn snapshot(&self, out: &mut Writer);
    fn restore(&mut self, from: &mut Reader) -> Result<()>;
    /// On an instance that is thrown away; must not depend on what the host answers.
    fn test(&mut self) -> Result<()>;
}

/// Turns bytes into readings; returns the number of bytes consumed.
pub trait Decoder: Sized {
    const INITIAL: Self;
    fn configure(&mut self, config: &Config) -> Result<()>;
    fn decode(&mut self, data: &[u8], time: i64) -> Result<u32>;
    fn test(&mut self) -> Result<()>;
}

/// The protocol of one device, spoken through [`Io`]. An instance serves one connection: nothing is left of one that failed.
pub trait Driver: Sized {
    const INITIAL: Self;
    fn configure(&mut self, config: &Config) -> Result<()>;
    /// Understands an address; from now on `channel` (1, 2, 3 and so on) means it. No input or output.
    fn address(&mut self, channel: u32, text: &str) -> Result<Address>;
    /// How many requests [`Driver::poll`] makes at most for these channels. No input or output.
    fn plan(&mut self, channels: &[Reading]) -> Result<u32>;
    fn connect(&mut self, timeout_ms: u32) -> Result<()>;
    /// Fill in what was read and [`emit`] it; a record that stays as it is says that there is no value. An error ends the connection.
    fn poll(&mut self, channels: &mut [Reading], timeout_ms: u32) -> Result<()>;
    /// Set the quality of each and [`emit`] them: [`Reading::accept`] or [`Reading::refuse`]. An error ends the connection.
    fn write(&mut self, values: &mut [Reading], timeout_ms: u32) -> Result<()>;
    fn test(&mut self) -> Result<()>;
}

/// What a driver says of an address: the kind of its values, and what can be done with them.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Address {
    pub kind: u8,
    pub read: bool,
    pub write: bool,
}

impl Code for Result<Address> {
    fn code(self) -> i32 {
        self.map(|a| a.kind as u32 + 16 * a.read as u32 + 32 * a.write as u32).code()
    }
}

/// Reasons for a quality other than good, the words of OPC UA.
pub mod reason {
    pub const RESOURCE_UNAVAILABLE: u16 = 0x8004;
    pub const TIMEOUT: u16 = 0x800A;
    pub const UNKNOWN_ADDRESS: u16 = 0x8034;
    pub const NOT_WRITABLE: u16 = 0x803B;
    pub const OUT_OF_RANGE: u16 = 0x803C;
    pub const NOT_SUPPORTED: u16 = 0x803D;
    pub const TYPE_MISMATCH: u16 = 0x8074;
    pub const DEVICE_FAILURE: u16 = 0x808B;
    pub const SENSOR_FAILURE: u16 = 0x808C;
}

/// The optional export `timer`.
pub trait Timed {
    fn timer(&mut self, id: u32) -> Result<u32>;
}

/// The optional export `message`.
pub trait Messaged {
    fn message(&mut self, topic: &[u8], payload: &[u8]) -> Result<u32>;
}

/// A result as a return code.
pub trait Code {
    fn code(self) -> i32;
}

impl Code for Result<u32> {
    fn code(self) -> i32 {
        match self {
            Ok(count) => count.min(i32::MAX as u32) as i32,
            Err(error) => error as i32,
        }
    }
}

impl Code for Result<()> {
    fn code(self) -> i32 {
        self.map(|()| 0).code()
    }
}

/// `bascule_metadata!("module.json")`: puts the file into the custom section `bascule`.
#[macro_export]
macro_rules! bascule_metadata {
    ($file:literal) => {
        #[link_section = "bascule"]
        #[used]
        static METADATA: [u8; include_bytes!($file).len()] = *include_bytes!($file);
    };
}

#[doc(hidden)]
#[macro_export]
macro_rules! bascule_module {
    ($type:ty, $trait:ident, $file:literal) => {
        $crate::bascule_metadata!($file);
        static mut INSTANCE: $type = <$type as $crate::bascule::$trait>::INITIAL;

        /// The only access to the instance; calls never overlap, so there is never a second reference.
        #[inline(always)]
        fn instance() -> &'static mut $type {
            unsafe { &mut *core::ptr::addr_of_mut!(INSTANCE) }
        }

        #[no_mangle]
        extern "C" fn configure(ptr: usize, len: usize) -> i32 {
            use $crate::bascule::*;
            let json = unsafe { Bytes::of([ptr, len]) };
            <$type as $trait>::configure(instance(), &Config::new(&json)).code()
        }

        #[no_mangle]
        extern "C" fn test() -> i32 {
            use $crate::bascule::*;
            <$type as $trait>::test(instance()).code()
        }
    };
}

/// `processor!(Type, "module.json")`: the exports of world `processor`.
#[macro_export]
macro_rules! processor {
    ($type:ty, $file:literal) => {
        $crate::bascule_module!($type, Processor, $file);

        #[no_mangle]
        extern "C" fn process(ptr: usize, len: usize) -> i32 {
            use $crate::bascule::*;
            let mut batch = unsafe { Batch::of(ptr, len) };
            <$type as Processor>::process(instance(), &mut batch).code()
        }

        #[no_mangle]
        extern "C" fn snapshot() -> *const [usize; 2] {
            use $crate::bascule::*;
            snapshot_of(<$type as Processor>::SNAPSHOT_MAX, |out| <$type as Processor>::snapshot(instance(), out))
        }

        #[no_mangle]
        extern "C" fn restore(ptr: usize, len: usize) -> i32 {
            use $crate::bascule::*;
            let state = unsafe { Bytes::of([ptr, len]) };
            <$type as Processor>::restore(instance(), &mut Reader::new(&state)).code()
        }
    };
}

/// `decoder!(Type, "module.json")`: the exports of world `decoder`.
#[macro_export]
macro_rules! decoder {
    ($type:ty, $file:literal) => {
        $crate::bascule_module!($type, Decoder, $file);

        #[no_mangle]
        extern "C" fn decode(ptr: usize, len: usize, time: i64) -> i32 {
            use $crate::bascule::*;
            let data = unsafe { Bytes::of([ptr, len]) };
            <$type as Decoder>::decode(instance(), &data, time).code()
        }
    };
}

/// `driver!(Type, "module.json")`: the exports of world `driver`.
#[macro_export]
macro_rules! driver {
    ($type:ty, $file:literal) => {
        $crate::bascule_module!($type, Driver, $file);

        #[no_mangle]
        extern "C" fn address(channel: u32, ptr: usize, len: usize) -> i32 {
            use $crate::bascule::*;
            let text = unsafe { Bytes::of([ptr, len]) };
            core::str::from_utf8(&text)
                .map_err(|_| Error::BadArgument)
                .and_then(|text| <$type as Driver>::address(instance(), channel, text))
                .code()
        }

        #[no_mangle]
        extern "C" fn plan(ptr: usize, len: usize) -> i32 {
            use $crate::bascule::*;
            let channels = unsafe { Batch::of(ptr, len) };
            <$type as Driver>::plan(instance(), &channels).code()
        }

        #[no_mangle]
        extern "C" fn connect(timeout_ms: u32) -> i32 {
            use $crate::bascule::*;
            <$type as Driver>::connect(instance(), timeout_ms).code()
        }

        #[no_mangle]
        extern "C" fn poll(ptr: usize, len: usize, timeout_ms: u32) -> i32 {
            use $crate::bascule::*;
            let mut channels = unsafe { Batch::of(ptr, len) };
            <$type as Driver>::poll(instance(), &mut channels, timeout_ms).code()
        }

        #[no_mangle]
        extern "C" fn write(ptr: usize, len: usize, timeout_ms: u32) -> i32 {
            use $crate::bascule::*;
            let mut values = unsafe { Batch::of(ptr, len) };
            <$type as Driver>::write(instance(), &mut values, timeout_ms).code()
        }
    };
}

/// `timed!(Type)`, beside one of the above: the optional export `timer`.
#[macro_export]
macro_rules! timed {
    ($type:ty) => {
        #[no_mangle]
        extern "C" fn timer(id: u32) -> i32 {
            use $crate::bascule::*;
            <$type as Timed>::timer(instance(), id).code()
        }
    };
}

/// `messaged!(Type)`, beside one of the above: the optional export `message`.
#[macro_export]
macro_rules! messaged {
    ($type:ty) => {
        #[no_mangle]
        extern "C" fn message(tptr: usize, tlen: usize, ptr: usize, len: usize) -> i32 {
            use $crate::bascule::*;
            let (topic, payload) = unsafe { (Bytes::of([tptr, tlen]), Bytes::of([ptr, len])) };
            <$type as Messaged>::message(instance(), &topic, &payload).code()
        }
    };
}

#[panic_handler]
fn panic(_: &core::panic::PanicInfo) -> ! {
    core::arch::wasm32::unreachable()
}

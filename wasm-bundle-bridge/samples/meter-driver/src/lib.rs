// SPDX-License-Identifier: Apache-2.0
//! Driver for meters with the protocol of README.md: small frames with a length and a CRC, over TCP and serial lines alike.
//!
//! Every item of an answer names its object, so an answer that belongs to another question is never taken for the one expected.
#![no_std]

#[macro_use]
#[path = "../../../guest-sdk/rust/bascule/mod.rs"]
mod bascule;
use bascule::*;

const CHANNELS_MAX: usize = 2048;
const START: u8 = 0x4D;
const ITEMS_MAX: usize = 20;
/// Start, length, the longest body and CRC.
const FRAME_MAX: usize = 2 + 250 + 2;
const HEAD: usize = 2;
const CRC: usize = 2;
const READ: u8 = 1;
const WRITE: u8 = 2;
const IDENTIFY: u8 = 3;
const ANSWER: u8 = 0x80;
/// Function and sequence number.
const FUNCTION: usize = 2;
const READ_ITEM: usize = 12;
const WRITE_ITEM: usize = 11;
const WRITTEN_ITEM: usize = 3;

#[derive(Clone, Copy)]
struct Object {
    number: u16,
    kind: u8,
}

struct Meter {
    endpoint: Text,
    io: Option<Io>,
    objects: [Object; CHANNELS_MAX],
    sequence: u8,
    frame: [u8; FRAME_MAX],
    /// What has come and was not used yet.
    input: [u8; 2 * FRAME_MAX],
    input_len: usize,
}

/// CRC-16 with the polynomial 0x1021 and the initial value 0xFFFF, a byte at a time.
const TABLE: [u16; 256] = {
    let mut table = [0u16; 256];
    let mut i = 0;
    while i < 256 {
        let mut crc = (i as u16) << 8;
        let mut bit = 0;
        while bit < 8 {
            crc = if crc & 0x8000 != 0 { crc << 1 ^ 0x1021 } else { crc << 1 };
            bit += 1;
        }
        table[i] = crc;
        i += 1;
    }
    table
};

fn crc(bytes: &[u8]) -> u16 {
    bytes.iter().fold(0xFFFF, |crc, b| crc << 8 ^ TABLE[(crc >> 8) as usize ^ *b as usize])
}

fn u16_at(b: &[u8], at: usize) -> u16 {
    (b[at] as u16) << 8 | b[at + 1] as u16
}

fn u64_at(b: &[u8], at: usize) -> u64 {
    b[at..at + 8].iter().fold(0, |v, b| v << 8 | *b as u64)
}

/// A value as the device has it: a bool is 0 or 1 there.
fn to_wire(kind: u8, bits: u64) -> u64 {
    if kind == BOOL { (f64::from_bits(bits) != 0.0) as u64 } else { bits }
}

fn from_wire(kind: u8, bits: u64) -> u64 {
    if kind == BOOL { (if bits != 0 { 1.0f64 } else { 0.0 }).to_bits() } else { bits }
}

/// Why an object has no value, or did not take one.
fn reason_of(status: u8) -> u16 {
    match status {
        1 => reason::UNKNOWN_ADDRESS,
        2 => reason::SENSOR_FAILURE,
        3 => reason::NOT_WRITABLE,
        4 => reason::OUT_OF_RANGE,
        5 => reason::TYPE_MISMATCH,
        _ => reason::DEVICE_FAILURE,
    }
}

/// `OBJECT:KIND` or `OBJECT:KIND:rw`.
fn parse(text: &str) -> Option<(Object, bool)> {
    let mut parts = text.split(':');
    let digits = parts.next()?;
    let kind = match parts.next()? {
        "f64" => F64,
        "i64" => I64,
        "bool" => BOOL,
        _ => return None,
    };
    let writable = match parts.next() {
        None => false,
        Some("rw") => true,
        Some(_) => return None,
    };
    if parts.next().is_some() || digits.is_empty() || digits.len() > 5 {
        return None;
    }
    let mut number = 0u32;
    for d in digits.bytes() {
        if !d.is_ascii_digit() {
            return None;
        }
        number = number * 10 + (d - b'0') as u32;
    }
    if number > 0xFFFF { None } else { Some((Object { number: number as u16, kind }, writable)) }
}

/// Size of the frame at the start of `input`; 0 if more bytes are needed.
fn frame_size(input: &[u8]) -> Result<usize> {
    if input.len() < HEAD {
        return Ok(0);
    }
    let size = HEAD + input[1] as usize + CRC;
    if (input[1] as usize) < FUNCTION || size > FRAME_MAX {
        return Err(Error::CorruptData);
    }
    if input.len() < size {
        return Ok(0);
    }
    if crc(&input[1..size - CRC]) == u16_at(input, size - CRC) { Ok(size) } else { Err(Error::CorruptData) }
}

impl Meter {
    fn object(&self, channel: u32) -> Result<Object> {
        match self.objects.get((channel as usize).wrapping_sub(1)) {
            Some(o) if o.kind != 0 => Ok(*o),
            _ => Err(Error::BadArgument),
        }
    }

    /// Ends the frame whose body has `len` bytes after function and sequence number; returns its size.
    fn finish(&mut self, function: u8, len: usize) -> usize {
        self.sequence = self.sequence.wrapping_add(1);
        let end = HEAD + FUNCTION + len;
        self.frame[0] = START;
        self.frame[1] = (FUNCTION + len) as u8;
        self.frame[2] = self.sequence;
        self.frame[3] = function;
        let crc = crc(&self.frame[1..end]);
        self.frame[end] = (crc >> 8) as u8;
        self.frame[end + 1] = crc as u8;
        end + CRC
    }

    /// Sends the frame and leaves the answer's body after its sequence number and function in `frame`; returns its length.
    fn exchange(&mut self, function: u8, len: usize, timeout_ms: u32) -> Result<usize> {
        let size = self.finish(function, len);
        self.io.as_ref().ok_or(Error::Failed)?.send(&self.frame[..size])?;
        loop {
            let size = self.receive(timeout_ms)?;
            let body = &self.input[HEAD..size - CRC];
            // An answer that comes too late has another number; it is stepped over.
            let is_mine = body[0] == self.sequence;
            if is_mine && body[1] != function | ANSWER {
                log(Level::Warning, "the meter refuses the request");
                return Err(Error::CorruptData);
            }
            let len = body.len() - FUNCTION;
            self.frame[..len].copy_from_slice(&body[FUNCTION..]);
            self.input.copy_within(size..self.input_len, 0);
            self.input_len -= size;
            if is_mine {
                return Ok(len);
            }
        }
    }

    /// Waits for a whole frame at the start of `input`; returns its size.
    fn receive(&mut self, timeout_ms: u32) -> Result<usize> {
        loop {
            let noise = self.input[..self.input_len].iter().take_while(|b| **b != START).count();
            self.input.copy_within(noise..self.input_len, 0);
            self.input_len -= noise;
            let size = frame_size(&self.input[..self.input_len])?;
            if size > 0 {
                return Ok(size);
            }
            let room = self.input.len() - self.input_len;
            let bytes = self.io.as_ref().ok_or(Error::Failed)?.receive(room as u32, timeout_ms);
            if bytes.is_empty() {
                return Err(Error::Timeout);
            }
            self.input[self.input_len..self.input_len + bytes.len()].copy_from_slice(&bytes);
            self.input_len += bytes.len();
        }
    }

    fn read(&mut self, channels: &mut [Reading], timeout_ms: u32) -> Result<()> {
        self.frame[4] = channels.len() as u8;
        for (i, r) in channels.iter().enumerate() {
            let number = self.object(r.channel)?.number;
            self.frame[5 + 2 * i] = (number >> 8) as u8;
            self.frame[6 + 2 * i] = number as u8;
        }
        let len = self.exchange(READ, 1 + 2 * channels.len(), timeout_ms)?;
        if len != 1 + READ_ITEM * channels.len() || self.frame[0] as usize != channels.len() {
            return Err(Error::CorruptData);
        }
        for (i, r) in channels.iter_mut().enumerate() {
            let item = &self.frame[1 + READ_ITEM * i..][..READ_ITEM];
            let object = self.object(r.channel)?;
            if u16_at(item, 0) != object.number {
                return Err(Error::CorruptData);
            }
            match item[2] {
                0 if item[3] == object.kind => r.accept(from_wire(object.kind, u64_at(item, 4))),
                0 => r.refuse(reason::TYPE_MISMATCH),
                status => r.refuse(reason_of(status)),
            }
        }
        Ok(())
    }

    fn set(&mut self, values: &mut [Reading], timeout_ms: u32) -> Result<()> {
        self.frame[4] = values.len() as u8;
        for (i, r) in values.iter().enumerate() {
            let object = self.object(r.channel)?;
            let bits = to_wire(object.kind, r.bits);
            let item = &mut self.frame[5 + WRITE_ITEM * i..][..WRITE_ITEM];
            item[..2].copy_from_slice(&object.number.to_be_bytes());
            item[2] = object.kind;
            item[3..].copy_from_slice(&bits.to_be_bytes());
        }
        let len = self.exchange(WRITE, 1 + WRITE_ITEM * values.len(), timeout_ms)?;
        if len != 1 + WRITTEN_ITEM * values.len() || self.frame[0] as usize != values.len() {
            return Err(Error::CorruptData);
        }
        for (i, r) in values.iter_mut().enumerate() {
            let item = &self.frame[1 + WRITTEN_ITEM * i..][..WRITTEN_ITEM];
            if u16_at(item, 0) != self.object(r.channel)?.number {
                return Err(Error::CorruptData);
            }
            match item[2] {
                0 => r.accept(r.bits),
                status => r.refuse(reason_of(status)),
            }
        }
        Ok(())
    }
}

impl Driver for Meter {
    const INITIAL: Meter = Meter {
        endpoint: Text::new(),
        io: None,
        objects: [Object { number: 0, kind: 0 }; CHANNELS_MAX],
        sequence: 0,
        frame: [0; FRAME_MAX],
        input: [0; 2 * FRAME_MAX],
        input_len: 0,
    };

    fn configure(&mut self, config: &Config) -> Result<()> {
        self.endpoint = config.text("endpoint")?;
        let text = self.endpoint.as_str();
        if text.is_empty() || text.starts_with("tcp:") || text.starts_with("serial:") {
            return Ok(());
        }
        let mut t = Text::new();
        t.push("endpoint is '").push(text).push("'; expected tcp:HOST:PORT or serial:PORT");
        log(Level::Error, t.as_str());
        Err(Error::BadArgument)
    }

    fn address(&mut self, channel: u32, text: &str) -> Result<Address> {
        if self.endpoint.is_empty() {
            log(Level::Error, "endpoint is empty; expected tcp:HOST:PORT or serial:PORT");
            return Err(Error::BadArgument);
        }
        let found = parse(text).ok_or(Error::BadArgument);
        if found.is_err() {
            log(Level::Error, "expected OBJECT:KIND or OBJECT:KIND:rw with an object from 0 to 65535 and the kind f64, i64 or bool");
        }
        let (object, write) = found?;
        *self.objects.get_mut((channel as usize).wrapping_sub(1)).ok_or(Error::TooLarge)? = object;
        Ok(Address { kind: object.kind, read: true, write })
    }

    fn plan(&mut self, channels: &[Reading]) -> Result<u32> {
        Ok(((channels.len() + ITEMS_MAX - 1) / ITEMS_MAX) as u32)
    }

    fn connect(&mut self, timeout_ms: u32) -> Result<()> {
        self.io = Some(Io::open(self.endpoint.as_str())?);
        // A serial line is open also when there is no meter at its end.
        self.exchange(IDENTIFY, 0, timeout_ms).map(|_| ())
    }

    fn poll(&mut self, channels: &mut [Reading], timeout_ms: u32) -> Result<()> {
        for part in channels.chunks_mut(ITEMS_MAX) {
            self.read(part, timeout_ms)?;
        }
        emit(channels).map(|_| ())
    }

    fn write(&mut self, values: &mut [Reading], timeout_ms: u32) -> Result<()> {
        for part in values.chunks_mut(ITEMS_MAX) {
            self.set(part, timeout_ms)?;
        }
        emit(values).map(|_| ())
    }

    fn test(&mut self) -> Result<()> {
        self.sequence = 0;
        // The golden frame of README.md.
        self.frame[4..9].copy_from_slice(&GOLDEN[4..9]);
        let size = self.finish(READ, 5);
        let right = size == GOLDEN.len() && self.frame[..size] == GOLDEN;
        let mut broken = GOLDEN;
        broken[6] ^= 1;
        let refused = matches!(frame_size(&broken), Err(Error::CorruptData));
        let partial = (0..GOLDEN.len()).all(|n| matches!(frame_size(&GOLDEN[..n]), Ok(0)));
        let whole = matches!(frame_size(&GOLDEN), Ok(n) if n == GOLDEN.len());
        let addresses = matches!(parse("2000:f64:rw"), Some((Object { number: 2000, kind: F64 }, true)))
            && ["", ":f64", "1", "1:f32", "65536:f64", "1:f64:w", "1:f64:rw:", "-1:i64"].iter().all(|a| parse(a).is_none());
        if right && refused && partial && whole && crc(b"123456789") == 0x29B1 && addresses { Ok(()) } else { Err(Error::Failed) }
    }
}

/// Reads the objects 12 and 2000.
const GOLDEN: [u8; 11] = [0x4D, 7, 1, 1, 2, 0x00, 0x0C, 0x07, 0xD0, 0x68, 0xEF];

driver!(Meter, "../module.json");

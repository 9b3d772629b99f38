// SPDX-License-Identifier: Apache-2.0
//! Decoder for what Modbus RTU servers answer (Modbus over Serial Line V1.02 section 2.5, Application Protocol V1.1b3 section 6).
//!
//! A response does not say which registers it carries, so the configuration names the values in their order. An exception
//! response gives every channel a reading of quality bad with the exception code as its reason.
#![no_std]

#[macro_use]
#[path = "../../../guest-sdk/rust/bascule/mod.rs"]
mod bascule;
use bascule::*;

const CHANNELS_MAX: usize = 32;
/// Unit, function, payload and CRC: the longest frame of the specification.
const FRAME_MAX: usize = 256;
const CRC_BYTES: usize = 2;
const EXCEPTION: u8 = 0x80;

#[derive(Clone, Copy)]
enum Format {
    U16,
    S16,
    U32,
    S32,
    F32,
}

#[derive(Clone, Copy)]
struct Settings {
    unit: u8,
    format: Format,
    low_word_first: bool,
    scale: f64,
    offset: f64,
}

struct ModbusRtu {
    settings: Settings,
    /// Handles in the order of the values; `None` leaves a value out.
    channels: [Option<u32>; CHANNELS_MAX],
    len: usize,
    out: [Reading; CHANNELS_MAX],
    out_len: usize,
}

/// A frame whose CRC is right.
struct Frame<'a> {
    unit: u8,
    function: u8,
    payload: &'a [u8],
    size: usize,
}

/// The frame at the start of `data`; `Ok(None)` if more bytes are needed.
fn frame(data: &[u8]) -> Result<Option<Frame>> {
    if data.len() < 3 {
        return Ok(None);
    }
    let (header, body) = match data[1] {
        1..=4 => (3, data[2] as usize),
        5 | 6 | 15 | 16 => (2, 4),
        f if f & EXCEPTION != 0 => (2, 1),
        _ => return Err(Error::CorruptData),
    };
    let size = header + body + CRC_BYTES;
    if size > FRAME_MAX {
        return Err(Error::CorruptData);
    }
    if data.len() < size {
        return Ok(None);
    }
    if crc(&data[..size]) != 0 {
        return Err(Error::CorruptData);
    }
    Ok(Some(Frame { unit: data[0], function: data[1], payload: &data[header..size - CRC_BYTES], size }))
}

/// CRC-16 of the serial line specification; 0 over a frame that includes its own CRC.
fn crc(bytes: &[u8]) -> u16 {
    let mut crc = 0xFFFFu16;
    for b in bytes {
        crc ^= *b as u16;
        for _ in 0..8 {
            crc = if crc & 1 == 1 { crc >> 1 ^ 0xA001 } else { crc >> 1 };
        }
    }
    crc
}

impl ModbusRtu {
    fn add(&mut self, index: usize, reading: Reading) {
        if let Some(channel) = self.channels[index] {
            self.out[self.out_len] = Reading { channel, ..reading };
            self.out_len += 1;
        }
    }

    /// Collects the readings of one frame in `out`.
    fn collect(&mut self, frame: &Frame, time: i64) {
        self.out_len = 0;
        if self.settings.unit != 0 && self.settings.unit != frame.unit {
            return;
        }
        let good = Reading::good(0, time);
        match frame.function {
            f if f & EXCEPTION != 0 => {
                let reason = frame.payload[0] as u16;
                for i in 0..self.len {
                    self.add(i, Reading { quality: BAD, aux: reason, ..good });
                }
            }
            1 | 2 => {
                for i in 0..self.len.min(frame.payload.len() * 8) {
                    let on = frame.payload[i / 8] >> (i % 8) & 1;
                    self.add(i, Reading { kind: BOOL, ..good.with(on as f64) });
                }
            }
            3 | 4 => {
                let size = if matches!(self.settings.format, Format::U16 | Format::S16) { 2 } else { 4 };
                for (i, bytes) in frame.payload.chunks_exact(size).take(self.len).enumerate() {
                    let value = self.value(bytes) * self.settings.scale + self.settings.offset;
                    let quality = if value.is_finite() { GOOD } else { BAD };
                    self.add(i, Reading { quality, ..good.with(value) });
                }
            }
            _ => {} // the answer to a write repeats the request: nothing was measured
        }
    }

    fn value(&self, b: &[u8]) -> f64 {
        let word = |i: usize| (b[i] as u32) << 8 | b[i + 1] as u32;
        if b.len() == 2 {
            return if matches!(self.settings.format, Format::S16) { word(0) as i16 as f64 } else { word(0) as f64 };
        }
        let bits = if self.settings.low_word_first { word(2) << 16 | word(0) } else { word(0) << 16 | word(2) };
        match self.settings.format {
            Format::F32 => f32::from_bits(bits) as f64,
            Format::S32 => bits as i32 as f64,
            _ => bits as f64,
        }
    }

    fn open_channels(&mut self, names: &str) -> Result<()> {
        self.len = 0;
        let mut rest = names;
        while !rest.is_empty() {
            let end = rest.bytes().position(|b| b == b',').unwrap_or(rest.len());
            let name = rest.get(..end).unwrap_or("").trim_matches(' ');
            rest = rest.get(end + 1..).unwrap_or("");
            if self.len == CHANNELS_MAX || name.is_empty() {
                log(Level::Error, "configuration: channels must be 1 to 32 names, separated by commas");
                return Err(Error::BadArgument);
            }
            self.channels[self.len] = if name == "-" { None } else { Some(channel_open(name)?) };
            self.len += 1;
        }
        Ok(())
    }
}

impl Decoder for ModbusRtu {
    const INITIAL: ModbusRtu = ModbusRtu {
        settings: Settings { unit: 0, format: Format::U16, low_word_first: false, scale: 1.0, offset: 0.0 },
        channels: [None; CHANNELS_MAX],
        len: 0,
        out: [Reading { channel: 0, kind: 0, quality: 0, aux: 0, time: 0, bits: 0 }; CHANNELS_MAX],
        out_len: 0,
    };

    fn configure(&mut self, config: &Config) -> Result<()> {
        let format = match config.text("format")?.as_str() {
            "" | "u16" => Format::U16,
            "s16" => Format::S16,
            "u32" => Format::U32,
            "s32" => Format::S32,
            "f32" => Format::F32,
            _ => {
                log(Level::Error, "configuration: format must be u16, s16, u32, s32 or f32");
                return Err(Error::BadArgument);
            }
        };
        self.settings = Settings {
            unit: config.number("unit", 0.0, 0.0, 247.0)? as u8,
            format,
            low_word_first: config.boolean("low_word_first", false)?,
            scale: config.number("scale", 1.0, -1e9, 1e9)?,
            offset: config.number("offset", 0.0, -1e9, 1e9)?,
        };
        self.open_channels(config.text("channels")?.as_str())
    }

    fn decode(&mut self, data: &[u8], time: i64) -> Result<u32> {
        let mut consumed = 0;
        loop {
            match frame(&data[consumed..]) {
                Ok(Some(frame)) => {
                    self.collect(&frame, time);
                    emit(&self.out[..self.out_len])?;
                    consumed += frame.size;
                }
                // Good frames before a corrupt one count; the corrupt one is reported when it comes first.
                Err(error) if consumed == 0 => return Err(error),
                Ok(None) | Err(_) => return Ok(consumed as u32),
            }
        }
    }

    fn test(&mut self) -> Result<()> {
        // Unit 17, function 3, registers 0x022B, 0x0000 and 0x0064: the example of the specification, section 6.3.
        let good = [0x11, 3, 6, 0x02, 0x2B, 0x00, 0x00, 0x00, 0x64, 0xC8, 0xBA];
        *self = Self::INITIAL;
        self.len = 3;
        self.channels = [Some(5); CHANNELS_MAX];
        let f = frame(&good)?.ok_or(Error::Failed)?;
        self.collect(&f, 1);
        let values = [555.0, 0.0, 100.0];
        let right = self.out_len == 3 && self.out.iter().zip(values).all(|(r, v)| r.number() == Some(v) && r.channel == 5);
        let mut broken = good;
        broken[4] ^= 1;
        let refused = matches!(frame(&broken), Err(Error::CorruptData));
        let partial = (0..good.len()).all(|n| matches!(frame(&good[..n]), Ok(None)));
        if right && refused && partial && f.size == good.len() { Ok(()) } else { Err(Error::Failed) }
    }
}

decoder!(ModbusRtu, "../module.json");

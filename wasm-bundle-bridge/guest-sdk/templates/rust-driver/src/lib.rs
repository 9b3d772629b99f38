//! @NAME@: a driver for devices that answer lines of text. Change it into what you need; README.md says how to build.
//!
//! The protocol: `?NAME` asks for a value, `NAME=VALUE` sets it. Each is a line, and so is its answer: `NAME=VALUE`, or `NAME!WHY`
//! where WHY is `unknown`, `readonly`, `range` or anything else. Every device knows `id`.
#![no_std]

#[macro_use]
mod bascule;
use bascule::*;

const CHANNELS_MAX: usize = 256;
const NAME_MAX: usize = 32;
const LINE_MAX: usize = 128;
const DECIMALS: u32 = 6;

/// The device's name of a value.
#[derive(Clone, Copy)]
struct Name {
    bytes: [u8; NAME_MAX],
    len: usize,
}

impl Name {
    const NONE: Name = Name { bytes: [0; NAME_MAX], len: 0 };

    /// Letters, digits, points and underscores.
    fn parse(text: &str) -> Option<Name> {
        let is_right = |b: u8| b.is_ascii_alphanumeric() || b == b'.' || b == b'_';
        if text.is_empty() || text.len() > NAME_MAX || !text.bytes().all(is_right) {
            return None;
        }
        let mut name = Name { len: text.len(), ..Name::NONE };
        name.bytes[..text.len()].copy_from_slice(text.as_bytes());
        Some(name)
    }

    fn as_str(&self) -> &str {
        core::str::from_utf8(&self.bytes[..self.len]).unwrap_or("")
    }
}

/// `NAME` or `NAME:rw`: what an operator writes as the address of a channel.
fn parse_address(text: &str) -> Option<(Name, bool)> {
    let (name, writable) = match text.strip_suffix(":rw") {
        Some(name) => (name, true),
        None => (text, false),
    };
    Name::parse(name).map(|name| (name, writable))
}

/// An answer to a question about `name`; `None` if it is about something else.
fn parse_answer(line: &str, name: &str) -> Option<Result<core::result::Result<f64, u16>>> {
    let rest = line.strip_prefix(name)?;
    if let Some(value) = rest.strip_prefix('=') {
        return Some(parse_decimal(value.as_bytes()).map(Ok).ok_or(Error::CorruptData));
    }
    let why = match rest.strip_prefix('!')? {
        "unknown" => reason::UNKNOWN_ADDRESS,
        "readonly" => reason::NOT_WRITABLE,
        "range" => reason::OUT_OF_RANGE,
        _ => reason::DEVICE_FAILURE,
    };
    Some(Ok(Err(why)))
}

/// One device. An instance serves one connection, so there is nothing to clean up.
struct @TYPE@ {
    endpoint: Text,
    io: Option<Io>,
    names: [Name; CHANNELS_MAX],
    /// What has come of the next line.
    input: [u8; LINE_MAX],
    input_len: usize,
}

impl @TYPE@ {
    /// The channel's name on the device. Numbers begin with 1.
    fn name(&self, channel: u32) -> Result<Name> {
        match self.names.get((channel as usize).wrapping_sub(1)) {
            Some(name) if name.len > 0 => Ok(*name),
            _ => Err(Error::BadArgument),
        }
    }

    fn send(&self, line: &Text) -> Result<()> {
        self.io.as_ref().ok_or(Error::Failed)?.send(line.as_str().as_bytes()).map(|_| ())
    }

    /// The next line, without its end.
    fn receive(&mut self, timeout_ms: u32) -> Result<Text> {
        loop {
            if let Some(end) = self.input[..self.input_len].iter().position(|b| *b == b'\n') {
                let mut line = Text::new();
                let text = core::str::from_utf8(&self.input[..end]).map_err(|_| Error::CorruptData)?;
                line.push(text.trim_end_matches('\r'));
                self.input.copy_within(end + 1..self.input_len, 0);
                self.input_len -= end + 1;
                return Ok(line);
            }
            let room = LINE_MAX - self.input_len;
            if room == 0 {
                return Err(Error::CorruptData);
            }
            let bytes = self.io.as_ref().ok_or(Error::Failed)?.receive(room as u32, timeout_ms);
            if bytes.is_empty() {
                return Err(Error::Timeout);
            }
            self.input[self.input_len..self.input_len + bytes.len()].copy_from_slice(&bytes);
            self.input_len += bytes.len();
        }
    }

    /// Sends a line about `name` and waits for the answer to it. An answer about something else came too late: it is stepped over.
    fn exchange(&mut self, line: &Text, name: &str, timeout_ms: u32) -> Result<core::result::Result<f64, u16>> {
        self.send(line)?;
        loop {
            let answer = self.receive(timeout_ms)?;
            if let Some(found) = parse_answer(answer.as_str(), name) {
                return found;
            }
        }
    }
}

/// Fills the answer of the device in.
fn settle(reading: &mut Reading, answer: core::result::Result<f64, u16>) {
    match answer {
        Ok(value) => reading.accept(value.to_bits()),
        Err(why) => reading.refuse(why),
    }
}

impl Driver for @TYPE@ {
    const INITIAL: Self =
        @TYPE@ { endpoint: Text::new(), io: None, names: [Name::NONE; CHANNELS_MAX], input: [0; LINE_MAX], input_len: 0 };

    fn configure(&mut self, config: &Config) -> Result<()> {
        self.endpoint = config.text("endpoint")?;
        Ok(())
    }

    fn address(&mut self, channel: u32, text: &str) -> Result<Address> {
        if self.endpoint.is_empty() {
            log(Level::Error, "endpoint is empty; expected tcp:HOST:PORT or serial:PORT");
            return Err(Error::BadArgument);
        }
        let found = parse_address(text).ok_or(Error::BadArgument);
        if found.is_err() {
            log(Level::Error, "expected NAME or NAME:rw, a name of up to 32 letters, digits, points and underscores");
        }
        let (name, write) = found?;
        *self.names.get_mut((channel as usize).wrapping_sub(1)).ok_or(Error::TooLarge)? = name;
        Ok(Address { kind: F64, read: true, write })
    }

    /// This protocol has a question for each value. One that reads many at once announces fewer.
    fn plan(&mut self, channels: &[Reading]) -> Result<u32> {
        Ok(channels.len() as u32)
    }

    fn connect(&mut self, timeout_ms: u32) -> Result<()> {
        self.io = Some(Io::open(self.endpoint.as_str())?);
        // A serial line is open also when nothing is at its end, so something is asked. What the answer says does not matter.
        let mut line = Text::new();
        line.push("?id\n");
        self.send(&line)?;
        loop {
            if self.receive(timeout_ms)?.as_str().starts_with("id") {
                return Ok(());
            }
        }
    }

    fn poll(&mut self, channels: &mut [Reading], timeout_ms: u32) -> Result<()> {
        for reading in channels.iter_mut() {
            let name = self.name(reading.channel)?;
            let mut line = Text::new();
            line.push("?").push(name.as_str()).push("\n");
            let answer = self.exchange(&line, name.as_str(), timeout_ms)?;
            settle(reading, answer);
        }
        emit(channels).map(|_| ())
    }

    fn write(&mut self, values: &mut [Reading], timeout_ms: u32) -> Result<()> {
        for reading in values.iter_mut() {
            let name = self.name(reading.channel)?;
            let mut line = Text::new();
            line.push(name.as_str()).push("=").push_number(f64::from_bits(reading.bits), DECIMALS).push("\n");
            let answer = self.exchange(&line, name.as_str(), timeout_ms)?;
            settle(reading, answer);
        }
        emit(values).map(|_| ())
    }

    /// Without a device: addresses and answers that are known.
    fn test(&mut self) -> Result<()> {
        let addresses = matches!(parse_address("oven.temp:rw"), Some((name, true)) if name.as_str() == "oven.temp")
            && matches!(parse_address("temp"), Some((_, false)))
            && ["", ":rw", "a b", "a:w", "x?"].iter().all(|text| parse_address(text).is_none());
        let answers = matches!(parse_answer("temp=21.5", "temp"), Some(Ok(Ok(value))) if value == 21.5)
            && matches!(parse_answer("temp!readonly", "temp"), Some(Ok(Err(reason::NOT_WRITABLE))))
            && matches!(parse_answer("temp=warm", "temp"), Some(Err(Error::CorruptData)))
            && parse_answer("temp2=1", "temp").is_none()
            && parse_answer("other=1", "temp").is_none();
        if addresses && answers { Ok(()) } else { Err(Error::Failed) }
    }
}

driver!(@TYPE@, "../module.json");

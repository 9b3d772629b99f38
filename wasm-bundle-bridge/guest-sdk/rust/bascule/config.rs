// SPDX-License-Identifier: Apache-2.0
//! The module's configuration: one JSON object. Its top-level keys are read; nested values are stepped over.

use super::{log, Error, Level, Result, Text};

/// A JSON object, searched anew for every key: configuration is small and read once.
pub struct Config<'a> {
    json: &'a [u8],
}

enum Value<'a> {
    Text(&'a [u8]),
    Other(&'a [u8]),
}

impl<'a> Config<'a> {
    pub fn new(json: &'a [u8]) -> Config<'a> {
        Config { json }
    }

    /// The number under `key`, or `default`; refuses what is no number or outside `min..=max`, and logs why.
    #[inline(never)]
    pub fn number(&self, key: &str, default: f64, min: f64, max: f64) -> Result<f64> {
        let value = match self.find(key)? {
            None => return Ok(default),
            Some(Value::Other(b"null")) => return Ok(default),
            Some(Value::Other(text)) => parse_decimal(text),
            Some(Value::Text(_)) => None,
        };
        match value {
            Some(v) if v >= min && v <= max => Ok(v),
            _ => {
                let mut t = Text::new();
                t.push("configuration: ").push(key).push(" must be a number from ").push_number(min, 3);
                t.push(" to ").push_number(max, 3);
                log(Level::Error, t.as_str());
                Err(Error::BadArgument)
            }
        }
    }

    #[inline(never)]
    pub fn boolean(&self, key: &str, default: bool) -> Result<bool> {
        match self.find(key)? {
            None | Some(Value::Other(b"null")) => Ok(default),
            Some(Value::Other(b"true")) => Ok(true),
            Some(Value::Other(b"false")) => Ok(false),
            Some(_) => Err(refuse(key, " must be true or false")),
        }
    }

    /// The text under `key`, empty if missing; refuses what is no string or longer than 512 bytes.
    #[inline(never)]
    pub fn text(&self, key: &str) -> Result<Text> {
        match self.find(key)? {
            None | Some(Value::Other(b"null")) => Ok(Text::new()),
            Some(Value::Text(raw)) => unescape(raw).ok_or_else(|| refuse(key, " is too long or not valid text")),
            Some(_) => Err(refuse(key, " must be a text")),
        }
    }

    /// The first value under a top-level key.
    fn find(&self, key: &str) -> Result<Option<Value<'a>>> {
        let mut at = self.skip_space(0);
        if at == self.json.len() {
            return Ok(None); // no configuration at all is an empty one
        }
        if self.json[at] != b'{' {
            return Err(refuse("document", " must be a JSON object"));
        }
        at = self.skip_space(at + 1);
        while at < self.json.len() && self.json[at] != b'}' {
            let name_end = self.string_end(at)?;
            let found = &self.json[at + 1..name_end - 1] == key.as_bytes();
            at = self.skip_space(name_end);
            if self.json.get(at) != Some(&b':') {
                return Err(refuse("document", " lacks a colon after a key"));
            }
            at = self.skip_space(at + 1);
            let end = self.value_end(at)?;
            if found {
                let is_text = self.json[at] == b'"';
                let raw = if is_text { &self.json[at + 1..end - 1] } else { &self.json[at..end] };
                return Ok(Some(if is_text { Value::Text(raw) } else { Value::Other(raw) }));
            }
            at = self.skip_space(end);
            if self.json.get(at) == Some(&b',') {
                at = self.skip_space(at + 1);
            }
        }
        if at < self.json.len() { Ok(None) } else { Err(refuse("document", " ends early")) }
    }

    fn skip_space(&self, mut at: usize) -> usize {
        while at < self.json.len() && self.json[at] <= b' ' {
            at += 1;
        }
        at
    }

    /// Index behind the string that starts at `at`.
    fn string_end(&self, at: usize) -> Result<usize> {
        if self.json.get(at) != Some(&b'"') {
            return Err(refuse("document", " lacks a quoted key or text"));
        }
        let mut i = at + 1;
        while i < self.json.len() {
            match self.json[i] {
                b'"' => return Ok(i + 1),
                b'\\' => i += 2,
                _ => i += 1,
            }
        }
        Err(refuse("document", " ends inside a text"))
    }

    fn value_end(&self, at: usize) -> Result<usize> {
        let mut depth = 0u32;
        let mut i = at;
        while i < self.json.len() {
            match self.json[i] {
                b'"' => {
                    i = self.string_end(i)?;
                    if depth == 0 {
                        return Ok(i);
                    }
                    continue;
                }
                b'{' | b'[' => depth += 1,
                b'}' | b']' if depth == 0 => break,
                b'}' | b']' => {
                    depth -= 1;
                    if depth == 0 {
                        return Ok(i + 1);
                    }
                }
                b',' | b' ' | b'\t' | b'\n' | b'\r' if depth == 0 => break,
                _ => {}
            }
            i += 1;
        }
        if i > at && depth == 0 { Ok(i) } else { Err(refuse("document", " ends early or lacks a value")) }
    }
}

fn refuse(what: &str, why: &str) -> Error {
    let mut t = Text::new();
    t.push("configuration: ").push(what).push(why);
    log(Level::Error, t.as_str());
    Error::BadArgument
}

/// A decimal number such as `-12.5e3`; `None` for anything else. Exact up to 15 digits, within a few units in the last place
/// beyond; `str::parse` is exact always, but its tables are 21 KB.
pub fn parse_decimal(text: &[u8]) -> Option<f64> {
    let (negative, digits) = match text.split_first()? {
        (b'-', rest) => (true, rest),
        _ => (false, text),
    };
    let (mut mantissa, mut exponent, mut seen, mut i) = (0u64, 0i32, false, 0);
    let mut fraction = false;
    while i < digits.len() {
        match digits[i] {
            d @ b'0'..=b'9' => {
                seen = true;
                if mantissa < 100_000_000_000_000_000 {
                    mantissa = mantissa * 10 + (d - b'0') as u64;
                    exponent -= fraction as i32;
                } else {
                    exponent += !fraction as i32;
                }
            }
            b'.' if !fraction && seen => fraction = true,
            _ => break,
        }
        i += 1;
    }
    if !seen {
        return None;
    }
    if i < digits.len() {
        exponent += parse_exponent(&digits[i..])?;
    }
    let value = scale(mantissa as f64, exponent);
    Some(if negative { -value } else { value })
}

fn parse_exponent(text: &[u8]) -> Option<i32> {
    let rest = match text {
        [b'e' | b'E', rest @ ..] => rest,
        _ => return None,
    };
    let (negative, digits) = match rest.split_first()? {
        (b'-', d) => (true, d),
        (b'+', d) => (false, d),
        _ => (false, rest),
    };
    if digits.is_empty() {
        return None;
    }
    let mut e = 0i32;
    for d in digits {
        if !d.is_ascii_digit() {
            return None;
        }
        e = (e * 10 + (d - b'0') as i32).min(9999);
    }
    Some(if negative { -e } else { e })
}

fn scale(mut value: f64, exponent: i32) -> f64 {
    let mut n = exponent.unsigned_abs().min(700);
    let mut power = 1.0;
    // Powers of ten up to 22 are exact doubles, so the usual case rounds once.
    while n > 0 {
        let step = n.min(22);
        for _ in 0..step {
            power *= 10.0;
        }
        value = if exponent < 0 { value / power } else { value * power };
        power = 1.0;
        n -= step;
    }
    value
}

/// The text of a JSON string without its quotes; `None` for a bad escape or too many bytes. The host guarantees UTF-8.
fn unescape(raw: &[u8]) -> Option<Text> {
    let mut out = Text::new();
    let mut at = raw.iter();
    while let Some(&byte) = at.next() {
        let byte = match byte {
            b'\\' => match *at.next()? {
                b'n' => b'\n',
                b't' => b'\t',
                b'r' => b'\r',
                b'b' => 8,
                b'f' => 12,
                b'u' => {
                    let c = unicode(&mut at)?;
                    let mut utf8 = [0; 4];
                    if !c.encode_utf8(&mut utf8).bytes().all(|b| out.push_byte(b)) {
                        return None;
                    }
                    continue;
                }
                other @ (b'"' | b'\\' | b'/') => other,
                _ => return None,
            },
            plain => plain,
        };
        if !out.push_byte(byte) {
            return None;
        }
    }
    Some(out)
}

fn unicode(at: &mut core::slice::Iter<u8>) -> Option<char> {
    let first = hex(at)?;
    if !(0xD800..0xDC00).contains(&first) {
        return char::from_u32(first);
    }
    if *at.next()? != b'\\' || *at.next()? != b'u' {
        return None;
    }
    let second = hex(at)?.checked_sub(0xDC00).filter(|s| *s < 0x400)?;
    char::from_u32(0x10000 + ((first - 0xD800) << 10) + second)
}

#[inline(never)]
fn hex(at: &mut core::slice::Iter<u8>) -> Option<u32> {
    let mut n = 0;
    for _ in 0..4 {
        n = n * 16 + (*at.next()? as char).to_digit(16)?;
    }
    Some(n)
}

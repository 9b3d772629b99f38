// SPDX-License-Identifier: Apache-2.0
//! Text of a bounded length. `core::fmt` would add 50 KB to a module for printing one number; this adds a few hundred bytes.

const BYTES_MAX: usize = 512;

/// A string of at most 512 bytes; what does not fit is cut at a character boundary. One size for all, because a size
/// parameter would put a copy of this code into the module for each size used.
#[derive(Clone, Copy)]
pub struct Text {
    bytes: [u8; BYTES_MAX],
    len: usize,
}

impl Text {
    pub const fn new() -> Text {
        Text { bytes: [0; BYTES_MAX], len: 0 }
    }

    pub fn as_str(&self) -> &str {
        // Only whole characters are ever added.
        unsafe { core::str::from_utf8_unchecked(self.bytes.get_unchecked(..self.len)) }
    }

    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    #[inline(never)]
    pub fn push(&mut self, text: &str) -> &mut Self {
        let mut n = text.len().min(BYTES_MAX - self.len);
        while !text.is_char_boundary(n) {
            n -= 1;
        }
        for b in &text.as_bytes()[..n] {
            self.bytes[self.len] = *b;
            self.len += 1;
        }
        self
    }

    /// Adds one byte of a UTF-8 sequence the caller completes; false if there is no room.
    pub(super) fn push_byte(&mut self, byte: u8) -> bool {
        let fits = self.len < BYTES_MAX;
        if fits {
            self.bytes[self.len] = byte;
            self.len += 1;
        }
        fits
    }

    #[inline(never)]
    pub fn push_int(&mut self, value: i64) -> &mut Self {
        if value < 0 {
            self.push("-");
        }
        self.digits(value.unsigned_abs(), 1)
    }

    /// Adds a number with this many decimals (0 to 9), rounded half away from zero; numbers too large for that print as `huge`.
    #[inline(never)]
    pub fn push_number(&mut self, value: f64, decimals: u32) -> &mut Self {
        let decimals = decimals.min(9);
        let scale = 10u64.pow(decimals);
        let magnitude = if value < 0.0 { -value } else { value };
        if magnitude.is_nan() {
            return self.push("nan");
        }
        if value < 0.0 {
            self.push("-");
        }
        if magnitude >= 9.0e18 / scale as f64 {
            return self.push("huge");
        }
        let units = (magnitude * scale as f64 + 0.5) as u64;
        self.digits(units / scale, 1);
        if decimals > 0 {
            self.push(".").digits(units % scale, decimals as usize);
        }
        self
    }

    fn digits(&mut self, mut value: u64, at_least: usize) -> &mut Self {
        let mut b = [b'0'; 20];
        let mut i = b.len();
        while value > 0 || b.len() - i < at_least {
            i -= 1;
            b[i] = b'0' + (value % 10) as u8;
            value /= 10;
        }
        self.push(unsafe { core::str::from_utf8_unchecked(&b[i..]) })
    }
}

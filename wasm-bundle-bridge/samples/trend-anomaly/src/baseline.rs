// SPDX-License-Identifier: Apache-2.0
//! What is normal for a channel: the levels of a long window, their median, spread and recent trend.

use crate::bascule::{Error, Reader, Result, Writer};

pub const RECENT_MAX: usize = 33;
const SLOTS: usize = 256;
/// Fewer slots say nothing about normal.
const SLOTS_MIN: usize = 32;
/// The trend is taken over four times its horizon, in this many slots at most.
const TREND_MAX: usize = 32;

#[derive(Clone, Copy)]
pub struct Scale {
    /// Nanoseconds.
    pub window: i64,
    /// Nanoseconds.
    pub horizon: i64,
    /// Fraction of the median.
    pub min_spread: f64,
}

/// A ring of at most 256 levels, evenly spread over the window, with their times.
#[derive(Clone, Copy)]
pub struct Baseline {
    levels: [f64; SLOTS],
    times: [i64; SLOTS],
    start: usize,
    len: usize,
    slot_start: Option<i64>,
    pub median: f64,
    pub spread: f64,
    /// Per nanosecond.
    pub slope: f64,
}

impl Baseline {
    pub const BYTES_MAX: usize = 64 + 16 * SLOTS;
    pub const EMPTY: Baseline = Baseline {
        levels: [0.0; SLOTS],
        times: [0; SLOTS],
        start: 0,
        len: 0,
        slot_start: None,
        median: 0.0,
        spread: 0.0,
        slope: 0.0,
    };

    /// Notes a level; once per slot the window moves on.
    pub fn add(&mut self, level: f64, time: i64, scale: &Scale) {
        let slot = scale.window / SLOTS as i64;
        let begun = *self.slot_start.get_or_insert(time);
        let elapsed = time.wrapping_sub(begun);
        if elapsed < -scale.window {
            self.len = 0; // the clock was set back by more than the window: what was seen is worthless now
        }
        if elapsed >= slot || elapsed < -scale.window {
            self.slot_start = Some(time);
            self.close_slot(level, time, scale);
        }
    }

    /// Distance of the level, or of where its trend takes it, from normal, in spreads; `None` while normal is not known.
    pub fn score(&self, level: f64, time: i64, scale: &Scale) -> Option<f64> {
        let seen = time.wrapping_sub(self.times[self.start]);
        if self.len < SLOTS_MIN || seen < scale.window / 4 {
            return None;
        }
        let now = (level - self.median) / self.spread;
        let then = now + self.slope * scale.horizon as f64 / self.spread;
        // The trend makes a distance larger; that it will pass is no reason to keep silent.
        let away = now * then > 0.0 && then.abs_() > now.abs_();
        Some(if away { then } else { now })
    }

    #[inline(never)]
    fn close_slot(&mut self, level: f64, time: i64, scale: &Scale) {
        while self.len == SLOTS || (self.len > 0 && time.wrapping_sub(self.times[self.start]) > scale.window) {
            self.start = (self.start + 1) % SLOTS;
            self.len -= 1;
        }
        let end = (self.start + self.len) % SLOTS;
        self.levels[end] = level;
        self.times[end] = time;
        self.len += 1;

        let mut scratch = [0.0; SLOTS];
        for k in 0..self.len {
            scratch[k] = self.levels[(self.start + k) % SLOTS];
        }
        self.median = median(&mut scratch[..self.len]);
        for value in &mut scratch[..self.len] {
            *value = (*value - self.median).abs_();
        }
        let floor = (scale.min_spread * self.median.abs_()).max(1e-9);
        self.spread = (1.4826 * median(&mut scratch[..self.len])).max(floor);
        self.slope = self.trend(scale);
    }

    /// Median of the slopes between all pairs of the latest slots: one wild slot does not turn it.
    fn trend(&self, scale: &Scale) -> f64 {
        let slot = (scale.window / SLOTS as i64).max(1);
        let wanted = (4 * scale.horizon / slot).clamp(4, TREND_MAX as i64) as usize;
        if scale.horizon == 0 || self.len < 4 {
            return 0.0;
        }
        let count = wanted.min(self.len);
        let at = |k: usize| (self.start + self.len - count + k) % SLOTS;
        let mut slopes = [0.0; TREND_MAX * (TREND_MAX - 1) / 2];
        let mut n = 0;
        for j in 1..count {
            for i in 0..j {
                let apart = self.times[at(j)].wrapping_sub(self.times[at(i)]).max(1);
                slopes[n] = (self.levels[at(j)] - self.levels[at(i)]) / apart as f64;
                n += 1;
            }
        }
        median(&mut slopes[..n])
    }

    pub fn write(&self, out: &mut Writer) {
        out.u32(self.len as u32);
        out.u32(self.slot_start.is_some() as u32);
        out.i64(self.slot_start.unwrap_or(0));
        for value in [self.median, self.spread, self.slope] {
            out.f64(value);
        }
        for k in 0..self.len {
            out.f64(self.levels[(self.start + k) % SLOTS]);
            out.i64(self.times[(self.start + k) % SLOTS]);
        }
    }

    pub fn read(&mut self, from: &mut Reader) -> Result<()> {
        self.start = 0;
        self.len = from.u32()? as usize;
        if self.len > SLOTS {
            return Err(Error::CorruptData);
        }
        let known = from.u32()? != 0;
        let begun = from.i64()?;
        self.slot_start = if known { Some(begun) } else { None };
        self.median = from.f64()?;
        self.spread = from.f64()?;
        self.slope = from.f64()?;
        for k in 0..self.len {
            self.levels[k] = from.f64()?;
            self.times[k] = from.i64()?;
        }
        Ok(())
    }
}

/// `core` has no `f64::abs` in the Rust versions this must build with.
trait Magnitude {
    fn abs_(self) -> f64;
}

impl Magnitude for f64 {
    fn abs_(self) -> f64 {
        if self < 0.0 { -self } else { self }
    }
}

/// Sorts the values, which are finite and not empty, and returns the middle one. A Shell sort: the library's would be most of
/// this module's size.
#[inline(never)]
pub fn median(values: &mut [f64]) -> f64 {
    let n = values.len();
    let mut gap = n / 2;
    while gap > 0 {
        for i in gap..n {
            let value = values[i];
            let mut j = i;
            while j >= gap && values[j - gap] > value {
                values[j] = values[j - gap];
                j -= gap;
            }
            values[j] = value;
        }
        gap = if gap == 2 { 1 } else { gap * 5 / 11 };
    }
    if n % 2 == 1 { values[n / 2] } else { (values[n / 2 - 1] + values[n / 2]) / 2.0 }
}

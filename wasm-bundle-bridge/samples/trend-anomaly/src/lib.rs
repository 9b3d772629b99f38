// SPDX-License-Identifier: Apache-2.0
//! Robust detector of level and trend anomalies, causal and streaming: it judges a reading by what came before it only.
//!
//! Each channel is reduced to a level (median of the last few readings), sampled into at most 256 slots of a long window. The
//! window's median is normal, its median absolute deviation the spread. The level is carried on along the trend (median of
//! the slopes of recent slots) where that leads away from normal. An alert is raised when the distance from normal has
//! been above the threshold for the persistence; brief excursions, which every machine has, never last that long.
#![no_std]

#[macro_use]
#[path = "../../../guest-sdk/rust/bascule/mod.rs"]
mod bascule;
mod baseline;
use baseline::{median, Baseline, RECENT_MAX};
use bascule::*;

const CHANNELS_MAX: usize = 8;
const FORMAT: u32 = 1;
const MINUTE: f64 = 60e9;
const HOUR: f64 = 3600e9;

#[derive(Clone, Copy)]
struct Settings {
    enabled: bool,
    pass_on: bool,
    threshold: f64,
    persistence: i64,
    repeat: i64,
    smoothing: usize,
    output: Option<u32>,
}

#[derive(Clone, Copy)]
struct Watch {
    channel: u32,
    recent: [f64; RECENT_MAX],
    recent_len: usize,
    recent_next: usize,
    /// When the distance rose above the threshold for the last time.
    above_since: Option<i64>,
    last_alert: Option<i64>,
    baseline: Baseline,
}

impl Watch {
    const EMPTY: Watch = Watch {
        channel: 0,
        recent: [0.0; RECENT_MAX],
        recent_len: 0,
        recent_next: 0,
        above_since: None,
        last_alert: None,
        baseline: Baseline::EMPTY,
    };

    fn level_with(&mut self, value: f64, smoothing: usize) -> f64 {
        self.recent[self.recent_next] = value;
        self.recent_next = (self.recent_next + 1) % smoothing;
        self.recent_len = (self.recent_len + 1).min(smoothing);
        let mut sorted = self.recent;
        median(&mut sorted[..self.recent_len])
    }

    /// True if an alert is due for this distance at this time.
    fn is_due(&mut self, score: f64, time: i64, settings: &Settings) -> bool {
        let distance = if score < 0.0 { -score } else { score };
        if distance < settings.threshold {
            // Half the threshold ends the anomaly; in between it goes on, so that a level near the limit does not flicker.
            if distance < settings.threshold / 2.0 {
                self.above_since = None;
            }
            return false;
        }
        let since = *self.above_since.get_or_insert(time);
        let repeated = match self.last_alert {
            Some(last) => (0..settings.repeat).contains(&time.wrapping_sub(last)),
            None => false,
        };
        let due = time.wrapping_sub(since) >= settings.persistence && !repeated;
        if due {
            self.last_alert = Some(time);
        }
        due
    }
}

struct TrendAnomaly {
    settings: Settings,
    scale: baseline::Scale,
    watches: [Watch; CHANNELS_MAX],
    used: usize,
}

impl TrendAnomaly {
    fn watch_of(&mut self, channel: u32) -> Option<usize> {
        let known = self.watches[..self.used].iter().position(|w| w.channel == channel);
        if known.is_none() && self.used < CHANNELS_MAX {
            self.watches[self.used] = Watch { channel, ..Watch::EMPTY };
            self.used += 1;
            return Some(self.used - 1);
        }
        known
    }

    /// Score of a reading and whether an alert is due; `None` if there is nothing to judge.
    fn judge(&mut self, reading: &Reading) -> Option<(f64, bool, usize)> {
        let value = reading.usable()?;
        let index = self.watch_of(reading.channel)?;
        let watch = &mut self.watches[index];
        let level = watch.level_with(value, self.settings.smoothing);
        watch.baseline.add(level, reading.time, &self.scale);
        let score = watch.baseline.score(level, reading.time, &self.scale)?;
        let due = watch.is_due(score, reading.time, &self.settings);
        Some((score, due, index))
    }

    #[inline(never)]
    fn raise(&self, reading: &Reading, score: f64, index: usize) -> Result<u32> {
        let watch = &self.watches[index];
        let since = watch.above_since.unwrap_or(reading.time);
        let mut text = Text::new();
        text.push("far from normal for ").push_number((reading.time - since) as f64 / HOUR, 1);
        text.push(" h: score ").push_number(score, 1).push(", normal ").push_number(watch.baseline.median, 2);
        text.push(", spread ").push_number(watch.baseline.spread, 2).push(", trend ");
        text.push_number(watch.baseline.slope * HOUR, 2).push(" per hour");
        let severe = score > 2.0 * self.settings.threshold || -score > 2.0 * self.settings.threshold;
        let severity = if severe { Severity::Alarm } else { Severity::Warning };
        alert(severity, reading, reading.number().unwrap_or(0.0), text.as_str())
    }
}

impl Processor for TrendAnomaly {
    const INITIAL: TrendAnomaly = TrendAnomaly {
        settings: Settings {
            enabled: true,
            pass_on: true,
            threshold: 5.0,
            persistence: (360.0 * MINUTE) as i64,
            repeat: (24.0 * HOUR) as i64,
            smoothing: 9,
            output: None,
        },
        scale: baseline::Scale {
            window: (168.0 * HOUR) as i64,
            horizon: (90.0 * MINUTE) as i64,
            min_spread: 0.02,
        },
        watches: [Watch::EMPTY; CHANNELS_MAX],
        used: 0,
    };
    const SNAPSHOT_MAX: usize = 16 + CHANNELS_MAX * (64 + 8 * RECENT_MAX + Baseline::BYTES_MAX);

    fn configure(&mut self, config: &Config) -> Result<()> {
        let output = config.text("output")?;
        self.settings = Settings {
            enabled: config.boolean("enabled", true)?,
            pass_on: config.boolean("pass_on", true)?,
            threshold: config.number("threshold", 5.0, 1.0, 100.0)?,
            persistence: (config.number("persistence_minutes", 360.0, 0.0, 1e5)? * MINUTE) as i64,
            repeat: (config.number("repeat_hours", 24.0, 0.0, 1e4)? * HOUR) as i64,
            smoothing: config.number("smoothing", 9.0, 1.0, RECENT_MAX as f64)? as usize,
            output: if output.is_empty() { None } else { Some(channel_open(output.as_str())?) },
        };
        self.scale = baseline::Scale {
            window: (config.number("window_hours", 168.0, 0.01, 87600.0)? * HOUR) as i64,
            horizon: (config.number("horizon_minutes", 90.0, 0.0, 1e5)? * MINUTE) as i64,
            min_spread: config.number("min_spread_percent", 2.0, 0.0, 100.0)? / 100.0,
        };
        Ok(())
    }

    fn process(&mut self, batch: &mut [Reading]) -> Result<u32> {
        if self.settings.pass_on {
            emit(batch)?;
        }
        if !self.settings.enabled {
            return Ok(batch.len() as u32);
        }
        let mut scores = 0;
        for i in 0..batch.len() {
            let reading = batch[i];
            if let Some((score, due, index)) = self.judge(&reading) {
                if due {
                    self.raise(&reading, score, index)?;
                }
                if let Some(channel) = self.settings.output {
                    batch[scores] = Reading::good(channel, reading.time).with(score);
                    scores += 1;
                }
            }
        }
        emit(&batch[..scores])?;
        Ok(batch.len() as u32)
    }

    fn snapshot(&self, out: &mut Writer) {
        for n in [FORMAT, self.settings.smoothing as u32, self.used as u32] {
            out.u32(n);
        }
        for w in &self.watches[..self.used] {
            for n in [w.channel, w.recent_len as u32, w.recent_next as u32] {
                out.u32(n);
            }
            w.recent[..w.recent_len].iter().for_each(|v| out.f64(*v));
            for time in [w.above_since, w.last_alert] {
                out.u32(time.is_some() as u32);
                out.i64(time.unwrap_or(0));
            }
            w.baseline.write(out);
        }
    }

    fn restore(&mut self, from: &mut Reader) -> Result<()> {
        let result = self.read(from);
        if result.is_err() {
            // Half a state is none.
            self.used = 0;
        }
        result
    }

    fn test(&mut self) -> Result<()> {
        // One reading a minute for a day: 50 with a little ripple, then 10 higher. Judged at 2 spreads of at least 1.
        self.used = 0;
        self.settings = Settings { threshold: 5.0, smoothing: 3, persistence: HOUR as i64, ..Self::INITIAL.settings };
        self.scale = baseline::Scale { window: (24.0 * HOUR) as i64, horizon: 0, min_spread: 0.02 };
        let (mut alerts, mut first) = (0, 0);
        for minute in 0..1800i64 {
            let value = 50.0 + (minute % 7) as f64 * 0.1 + if minute >= 1440 { 10.0 } else { 0.0 };
            let reading = Reading::good(7, minute * MINUTE as i64).with(value);
            if let Some((_, true, _)) = self.judge(&reading) {
                alerts += 1;
                first = minute;
            }
        }
        // 60 minutes of persistence, after the one reading that moves the median of three.
        if alerts == 1 && first == 1440 + 1 + 60 { Ok(()) } else { Err(Error::Failed) }
    }
}

impl TrendAnomaly {
    fn read(&mut self, from: &mut Reader) -> Result<()> {
        if from.u32()? != FORMAT {
            return Err(Error::Unsupported);
        }
        let same_smoothing = from.u32()? as usize == self.settings.smoothing;
        let used = from.u32()? as usize;
        if used > CHANNELS_MAX {
            return Err(Error::CorruptData);
        }
        for i in 0..used {
            let w = &mut self.watches[i];
            *w = Watch { channel: from.u32()?, ..Watch::EMPTY };
            let (len, next) = (from.u32()? as usize, from.u32()? as usize);
            if len > RECENT_MAX || next >= RECENT_MAX {
                return Err(Error::CorruptData);
            }
            for value in &mut w.recent[..len] {
                *value = from.f64()?;
            }
            if same_smoothing {
                w.recent_len = len;
                w.recent_next = next;
            }
            for time in [&mut w.above_since, &mut w.last_alert] {
                let known = from.u32()? != 0;
                let value = from.i64()?;
                *time = if known { Some(value) } else { None };
            }
            w.baseline.read(from)?;
        }
        from.end()?;
        self.used = used;
        Ok(())
    }
}

processor!(TrendAnomaly, "../module.json");

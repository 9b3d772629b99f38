// SPDX-License-Identifier: Apache-2.0
//! Moving average per channel, with a high alarm that has hysteresis. One reading in gives at most one average out.
#![no_std]

#[macro_use]
#[path = "../../../guest-sdk/rust/bascule/mod.rs"]
mod bascule;
use bascule::*;

const CHANNELS_MAX: usize = 16;
const WINDOW_MAX: usize = 64;
const FORMAT: u32 = 1;

#[derive(Clone, Copy)]
struct Settings {
    enabled: bool,
    /// Shortest distance of two averaged readings in nanoseconds; 0 takes all.
    interval_nanos: i64,
    window: usize,
    threshold: f64,
    hysteresis: f64,
    output: Option<u32>,
    report_every: u32,
}

/// The last readings of a channel.
#[derive(Clone, Copy)]
struct Window {
    channel: u32,
    last_time: i64,
    values: [f64; WINDOW_MAX],
    len: usize,
    next: usize,
    sum: f64,
    alarm: bool,
}

impl Window {
    const EMPTY: Window =
        Window { channel: 0, last_time: 0, values: [0.0; WINDOW_MAX], len: 0, next: 0, sum: 0.0, alarm: false };

    fn average_with(&mut self, value: f64, size: usize) -> f64 {
        if self.len == size {
            self.sum -= self.values[self.next];
        } else {
            self.len += 1;
        }
        self.values[self.next] = value;
        self.sum += value;
        self.next += 1;
        if self.next == size {
            self.next = 0;
            // Adding up anew once a round keeps rounding errors from accumulating over months.
            self.sum = self.values[..self.len].iter().sum();
        }
        self.sum / self.len as f64
    }

    /// True when the average has just risen above the threshold.
    fn rises(&mut self, average: f64, settings: &Settings) -> bool {
        if self.alarm {
            self.alarm = average > settings.threshold - settings.hysteresis;
            return false;
        }
        self.alarm = average > settings.threshold;
        self.alarm
    }
}

#[derive(Clone, Copy, Default, PartialEq)]
struct Counts {
    readings: u32,
    averaged: u32,
    skipped: u32,
    unusable: u32,
    alerts: u32,
}

struct MovingAverage {
    settings: Settings,
    windows: [Window; CHANNELS_MAX],
    used: usize,
    counts: Counts,
    last_average: f64,
}

/// What becomes of one reading.
enum Outcome {
    Average(f64, bool),
    Unchanged,
    Skipped,
}

impl MovingAverage {
    fn window_of(&mut self, channel: u32) -> Option<&mut Window> {
        let known = self.windows[..self.used].iter().position(|w| w.channel == channel);
        let index = match known {
            Some(i) => i,
            None if self.used < CHANNELS_MAX => {
                self.windows[self.used] = Window { channel, ..Window::EMPTY };
                self.used += 1;
                self.used - 1
            }
            None => return None,
        };
        Some(&mut self.windows[index])
    }

    fn step(&mut self, reading: &Reading) -> Outcome {
        let settings = self.settings;
        self.counts.readings = self.counts.readings.wrapping_add(1);
        if !settings.enabled {
            return Outcome::Unchanged;
        }
        let value = match reading.usable() {
            Some(v) => v,
            None => {
                self.counts.unusable = self.counts.unusable.wrapping_add(1);
                return Outcome::Unchanged;
            }
        };
        let window = match self.window_of(reading.channel) {
            Some(w) => w,
            None => return Outcome::Unchanged,
        };
        let since = reading.time.wrapping_sub(window.last_time);
        if settings.interval_nanos > 0 && window.len > 0 && (0..settings.interval_nanos).contains(&since) {
            self.counts.skipped = self.counts.skipped.wrapping_add(1);
            return Outcome::Skipped;
        }
        window.last_time = reading.time;
        let average = window.average_with(value, settings.window);
        let rises = window.rises(average, &settings);
        self.counts.averaged = self.counts.averaged.wrapping_add(1);
        self.counts.alerts = self.counts.alerts.wrapping_add(rises as u32);
        self.last_average = average;
        Outcome::Average(average, rises)
    }

    /// Reads what `snapshot` wrote for a channel of a predecessor whose window had `size` readings.
    fn window_from(&self, from: &mut Reader, size: usize) -> Result<Window> {
        let mut w = Window { channel: from.u32()?, alarm: from.u32()? != 0, last_time: from.i64()?, ..Window::EMPTY };
        w.sum = from.f64()?;
        w.next = from.u32()? as usize;
        w.len = from.u32()? as usize;
        if size > WINDOW_MAX || w.len > size || w.next >= size.max(1) {
            return Err(Error::CorruptData);
        }
        for value in &mut w.values[..w.len] {
            *value = from.f64()?;
        }
        if size == self.settings.window {
            return Ok(w);
        }
        // Another window size: the newest readings are kept, in their order.
        let mut resized = Window { channel: w.channel, alarm: w.alarm, last_time: w.last_time, ..Window::EMPTY };
        let oldest = if w.len == size { w.next } else { 0 };
        for k in 0..w.len {
            resized.average_with(w.values[(oldest + k) % w.len], self.settings.window);
        }
        Ok(resized)
    }

    #[inline(never)]
    fn raise(&self, cause: &Reading, average: f64) -> Result<u32> {
        let mut text = Text::new();
        text.push("average of the last ").push_int(self.settings.window as i64).push(" readings is ");
        text.push_number(average, 2).push(", above ").push_number(self.settings.threshold, 2);
        alert(Severity::Alarm, cause, average, text.as_str())
    }

    #[inline(never)]
    fn report(&self) -> Result<u32> {
        let c = &self.counts;
        let mut json = Text::new();
        json.push("{\"readings\":").push_int(c.readings as i64).push(",\"averaged\":").push_int(c.averaged as i64);
        json.push(",\"skipped\":").push_int(c.skipped as i64).push(",\"unusable\":").push_int(c.unusable as i64);
        json.push(",\"alerts\":").push_int(c.alerts as i64).push(",\"average\":").push_number(self.last_average, 6);
        json.push("}");
        emit_message("moving-average/counts", json.as_str().as_bytes())
    }
}

impl Processor for MovingAverage {
    const INITIAL: MovingAverage = MovingAverage {
        settings: Settings {
            enabled: true,
            interval_nanos: 0,
            window: 16,
            threshold: 100.0,
            hysteresis: 2.0,
            output: None,
            report_every: 0,
        },
        windows: [Window::EMPTY; CHANNELS_MAX],
        used: 0,
        counts: Counts { readings: 0, averaged: 0, skipped: 0, unusable: 0, alerts: 0 },
        last_average: 0.0,
    };
    const SNAPSHOT_MAX: usize = 40 + CHANNELS_MAX * (32 + 8 * WINDOW_MAX);

    fn configure(&mut self, config: &Config) -> Result<()> {
        let rate = config.number("sampling_rate", 0.0, 0.0, 1e6)?;
        let output = config.text("output")?;
        self.settings = Settings {
            enabled: config.boolean("enabled", true)?,
            interval_nanos: if rate > 0.0 { (1e9 / rate) as i64 } else { 0 },
            window: config.number("window", 16.0, 1.0, WINDOW_MAX as f64)? as usize,
            threshold: config.number("threshold", 100.0, -1e9, 1e9)?,
            hysteresis: config.number("hysteresis", 2.0, 0.0, 1e9)?,
            output: if output.is_empty() { None } else { Some(channel_open(output.as_str())?) },
            report_every: config.number("report_every", 0.0, 0.0, 1e9)? as u32,
        };
        Ok(())
    }

    fn process(&mut self, batch: &mut [Reading]) -> Result<u32> {
        let mut kept = 0;
        for i in 0..batch.len() {
            let reading = batch[i];
            let out = match self.step(&reading) {
                Outcome::Skipped => continue,
                Outcome::Unchanged => reading,
                Outcome::Average(average, rises) => {
                    if rises {
                        self.raise(&reading, average)?;
                    }
                    reading.with(average)
                }
            };
            batch[kept] = Reading { channel: self.settings.output.unwrap_or(out.channel), ..out };
            kept += 1;
            if self.settings.report_every > 0 && self.counts.readings % self.settings.report_every == 0 {
                self.report()?;
            }
        }
        emit(&batch[..kept])
    }

    fn snapshot(&self, out: &mut Writer) {
        let c = &self.counts;
        for n in [FORMAT, self.settings.window as u32, self.used as u32] {
            out.u32(n);
        }
        for n in [c.readings, c.averaged, c.skipped, c.unusable, c.alerts] {
            out.u32(n);
        }
        out.f64(self.last_average);
        for w in &self.windows[..self.used] {
            out.u32(w.channel);
            out.u32(w.alarm as u32);
            out.i64(w.last_time);
            out.f64(w.sum);
            out.u32(w.next as u32);
            out.u32(w.len as u32);
            w.values[..w.len].iter().for_each(|v| out.f64(*v));
        }
    }

    fn restore(&mut self, from: &mut Reader) -> Result<()> {
        if from.u32()? != FORMAT {
            return Err(Error::Unsupported);
        }
        let (window, used) = (from.u32()? as usize, from.u32()? as usize);
        if used > CHANNELS_MAX {
            return Err(Error::CorruptData);
        }
        let counts = Counts {
            readings: from.u32()?,
            averaged: from.u32()?,
            skipped: from.u32()?,
            unusable: from.u32()?,
            alerts: from.u32()?,
        };
        let last_average = from.f64()?;
        // Only a snapshot that was read to its end may replace the state.
        let mut windows = [Window::EMPTY; CHANNELS_MAX];
        for w in &mut windows[..used] {
            *w = self.window_from(from, window)?;
        }
        from.end()?;
        self.windows = windows;
        self.used = used;
        self.counts = counts;
        self.last_average = last_average;
        Ok(())
    }

    fn test(&mut self) -> Result<()> {
        *self = Self::INITIAL;
        self.settings = Settings { window: 4, threshold: 10.0, hysteresis: 2.0, ..self.settings };
        // A ramp to 16 and back: the average passes 10 once on its way up and falls below 8 on its way down.
        let ramp = [4.0, 8.0, 12.0, 16.0, 16.0, 11.0, 4.0, 4.0, 4.0];
        let expected = [4.0, 6.0, 8.0, 10.0, 13.0, 13.75, 11.75, 8.75, 5.75];
        for (i, (value, average)) in ramp.iter().zip(expected).enumerate() {
            match self.step(&Reading::good(0, i as i64).with(*value)) {
                Outcome::Average(a, rises) if a == average && rises == (i == 4) => {}
                _ => return Err(Error::Failed),
            }
        }
        let bad = Reading { quality: BAD, ..Reading::good(0, 9).with(1e300) };
        let kept = matches!(self.step(&bad), Outcome::Unchanged) && !self.windows[0].alarm && self.counts.alerts == 1;
        if kept { Ok(()) } else { Err(Error::Failed) }
    }
}

processor!(MovingAverage, "../module.json");

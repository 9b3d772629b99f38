//! @NAME@: scales readings and raises an alert above a limit. Change it into what you need; README.md says how to build.
#![no_std]

#[macro_use]
mod bascule;
use bascule::*;

/// The module's settings and its state.
struct @TYPE@ {
    factor: f64,
    limit: f64,
    above: bool,
}

impl @TYPE@ {
    /// True when the value has just risen above the limit.
    fn rises(&mut self, value: f64) -> bool {
        let was_above = self.above;
        self.above = value > self.limit;
        self.above && !was_above
    }
}

impl Processor for @TYPE@ {
    const INITIAL: Self = @TYPE@ { factor: 1.0, limit: 100.0, above: false };
    const SNAPSHOT_MAX: usize = 8;

    fn configure(&mut self, config: &Config) -> Result<()> {
        self.factor = config.number("factor", 1.0, -1e6, 1e6)?;
        self.limit = config.number("limit", 100.0, -1e9, 1e9)?;
        Ok(())
    }

    fn process(&mut self, batch: &mut [Reading]) -> Result<u32> {
        for reading in batch.iter_mut() {
            if let Some(value) = reading.usable() {
                let scaled = value * self.factor;
                *reading = reading.with(scaled);
                if self.rises(scaled) {
                    alert(Severity::Warning, reading, scaled, "above the limit")?;
                }
            }
        }
        emit(batch)
    }

    fn snapshot(&self, out: &mut Writer) {
        out.u32(1); // format
        out.u32(self.above as u32);
    }

    fn restore(&mut self, from: &mut Reader) -> Result<()> {
        if from.u32()? != 1 {
            return Err(Error::Unsupported);
        }
        self.above = from.u32()? != 0;
        from.end()
    }

    fn test(&mut self) -> Result<()> {
        *self = Self::INITIAL;
        let right = !self.rises(99.0) && self.rises(101.0) && !self.rises(102.0) && !self.rises(50.0) && self.rises(101.0);
        if right { Ok(()) } else { Err(Error::Failed) }
    }
}

processor!(@TYPE@, "../module.json");

// SPDX-License-Identifier: Apache-2.0
//! Calls every wrapper of the SDK, so that the type check against the WIT sees every import and export. Never run.
#![no_std]

#[macro_use]
#[path = "../rust/bascule/mod.rs"]
mod bascule;
use bascule::*;

struct Everything;

impl Driver for Everything {
    const INITIAL: Everything = Everything;

    fn configure(&mut self, config: &Config) -> Result<()> {
        log(Level::Info, config.text("text")?.as_str());
        state_put("k", &state_get("k"))?;
        timer_set(1, 2, 3)?;
        timer_cancel(1);
        Ok(())
    }

    fn poll(&mut self, time: i64) -> Result<u32> {
        let io = Io::open("tcp://127.0.0.1:502")?;
        io.send(&io.receive(16, 100))?;
        let r = channel_read(channel_open("c")?);
        alert(Severity::Info, &r, r.number().unwrap_or(0.0), "text")?;
        emit_message("t", b"payload")?;
        emit(&[Reading::good(1, now() - time)])
    }

    fn write(&mut self, readings: &[Reading]) -> Result<u32> {
        channel_write(readings)
    }

    fn test(&mut self) -> Result<()> {
        Ok(())
    }
}

impl Timed for Everything {
    fn timer(&mut self, id: u32) -> Result<u32> {
        Ok(id)
    }
}

impl Messaged for Everything {
    fn message(&mut self, topic: &[u8], payload: &[u8]) -> Result<u32> {
        Ok((topic.len() + payload.len()) as u32)
    }
}

driver!(Everything, "module.json");
timed!(Everything);
messaged!(Everything);

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

    fn address(&mut self, channel: u32, text: &str) -> Result<Address> {
        Ok(Address { kind: F64, read: channel > 0, write: text.is_empty() })
    }

    fn plan(&mut self, channels: &[Reading]) -> Result<u32> {
        Ok(channels.len() as u32)
    }

    fn connect(&mut self, timeout_ms: u32) -> Result<()> {
        Io::open("serial:/dev/ttyS0")?.receive(1, timeout_ms);
        Ok(())
    }

    fn poll(&mut self, channels: &mut [Reading], timeout_ms: u32) -> Result<()> {
        let io = Io::open("tcp:127.0.0.1:502")?;
        io.send(&io.receive(16, timeout_ms))?;
        let r = channel_read(channel_open("c")?);
        alert(Severity::Info, &r, r.number().unwrap_or(0.0), "text")?;
        emit_message("t", b"payload")?;
        channels[0].accept(now() as u64);
        emit(channels).map(|_| ())
    }

    fn write(&mut self, values: &mut [Reading], _timeout_ms: u32) -> Result<()> {
        values[0].refuse(reason::NOT_WRITABLE);
        channel_write(values).map(|_| ())
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

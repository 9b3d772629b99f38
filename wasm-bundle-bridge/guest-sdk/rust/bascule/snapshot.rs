// SPDX-License-Identifier: Apache-2.0
//! Reading and writing the state a module hands to its successor: little-endian numbers, one after the other.

use super::{take, Error, Result};
use core::ptr::addr_of_mut;

/// Fills a snapshot. What does not fit is dropped and makes the snapshot empty, so that the host starts cold instead of
/// restoring a part.
pub struct Writer<'a> {
    buffer: &'a mut [u8],
    len: usize,
    overflow: bool,
}

impl<'a> Writer<'a> {
    pub fn new(buffer: &'a mut [u8]) -> Writer<'a> {
        Writer { buffer, len: 0, overflow: false }
    }

    pub fn len(&self) -> usize {
        if self.overflow { 0 } else { self.len }
    }

    pub fn bytes(&mut self, bytes: &[u8]) {
        match self.buffer.get_mut(self.len..self.len + bytes.len()) {
            Some(room) => {
                room.copy_from_slice(bytes);
                self.len += bytes.len();
            }
            None => self.overflow = true,
        }
    }

    pub fn u32(&mut self, value: u32) {
        self.bytes(&value.to_le_bytes());
    }

    pub fn i64(&mut self, value: i64) {
        self.bytes(&value.to_le_bytes());
    }

    pub fn f64(&mut self, value: f64) {
        self.bytes(&value.to_le_bytes());
    }
}

/// Reads a snapshot; every method fails with [`Error::CorruptData`] where it ends early.
pub struct Reader<'a> {
    rest: &'a [u8],
}

impl<'a> Reader<'a> {
    pub fn new(bytes: &'a [u8]) -> Reader<'a> {
        Reader { rest: bytes }
    }

    pub fn bytes(&mut self, len: usize) -> Result<&'a [u8]> {
        if len > self.rest.len() {
            return Err(Error::CorruptData);
        }
        let (head, tail) = self.rest.split_at(len);
        self.rest = tail;
        Ok(head)
    }

    pub fn u32(&mut self) -> Result<u32> {
        let mut b = [0; 4];
        b.copy_from_slice(self.bytes(4)?);
        Ok(u32::from_le_bytes(b))
    }

    pub fn i64(&mut self) -> Result<i64> {
        let mut b = [0; 8];
        b.copy_from_slice(self.bytes(8)?);
        Ok(i64::from_le_bytes(b))
    }

    pub fn f64(&mut self) -> Result<f64> {
        self.i64().map(|bits| f64::from_bits(bits as u64))
    }

    /// The state has been read to its end.
    pub fn end(&self) -> Result<()> {
        if self.rest.is_empty() { Ok(()) } else { Err(Error::CorruptData) }
    }
}

static mut RESULT: [usize; 2] = [0, 0];

/// Runs `write` on one buffer that is taken once and used for every snapshot, so the host need not give it back.
pub fn snapshot_of(max: usize, write: impl FnOnce(&mut Writer)) -> *const [usize; 2] {
    unsafe {
        let result = addr_of_mut!(RESULT);
        if (*result)[0] == 0 {
            (*result)[0] = take(max) as usize;
        }
        let mut writer = Writer::new(core::slice::from_raw_parts_mut((*result)[0] as *mut u8, max));
        write(&mut writer);
        (*result)[1] = writer.len();
        result
    }
}

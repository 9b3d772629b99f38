// SPDX-License-Identifier: Apache-2.0
//! The guest's heap: what the host places here, and what the module takes itself.

use super::Reading;
use core::ptr::{addr_of, addr_of_mut};
use core::slice;

/// Bytes the host placed in this module's memory; given back when dropped.
pub struct Bytes {
    ptr: *mut u8,
    len: usize,
}

impl Bytes {
    /// # Safety
    /// `list` is what the host returned: a block of [`cabi_realloc`] and its length.
    pub unsafe fn of(list: [usize; 2]) -> Bytes {
        Bytes { ptr: list[0] as *mut u8, len: list[1] }
    }
}

impl core::ops::Deref for Bytes {
    type Target = [u8];
    fn deref(&self) -> &[u8] {
        if self.len == 0 {
            return &[];
        }
        unsafe { slice::from_raw_parts(self.ptr, self.len) }
    }
}

impl Drop for Bytes {
    fn drop(&mut self) {
        unsafe { give_back(self.ptr, self.len) }
    }
}

extern "C" {
    static __heap_base: u8;
}

const PAGE: usize = 65536;
const SMALLEST: u32 = 4; // 16-byte blocks: room for the link of a free block and the alignment of a record
static mut FREE: [*mut u8; 32] = [core::ptr::null_mut(); 32];
static mut TOP: usize = 0;

/// Blocks are powers of two, kept in one free list per size: a gateway calls with batches of the same few sizes, so after
/// the first calls nothing grows any more.
fn class(size: usize) -> u32 {
    (usize::BITS - (size.max(1) - 1).leading_zeros()).max(SMALLEST)
}

/// A block of at least `size` bytes, aligned to 16; traps if memory is exhausted, which the host answers by a restart.
pub fn take(size: usize) -> *mut u8 {
    let class = class(size);
    if class >= 31 {
        core::arch::wasm32::unreachable()
    }
    unsafe {
        let list = addr_of_mut!(FREE).cast::<*mut u8>().add(class as usize);
        let block = *list;
        if !block.is_null() {
            *list = *(block as *const *mut u8);
            return block;
        }
        if TOP == 0 {
            TOP = (addr_of!(__heap_base) as usize + 15) & !15;
        }
        let start = TOP;
        let end = start + (1usize << class);
        let have = core::arch::wasm32::memory_size(0) * PAGE;
        if end > have && core::arch::wasm32::memory_grow(0, (end - have + PAGE - 1) / PAGE) == usize::MAX {
            core::arch::wasm32::unreachable()
        }
        TOP = end;
        start as *mut u8
    }
}

/// Returns a block of [`take`] or [`cabi_realloc`]; `size` as it was asked for. Nothing happens for size 0.
///
/// # Safety
/// The block must not be used afterwards.
pub unsafe fn give_back(block: *mut u8, size: usize) {
    if size > 0 {
        let list = addr_of_mut!(FREE).cast::<*mut u8>().add(class(size) as usize);
        *(block as *mut *mut u8) = *list;
        *list = block;
    }
}

/// The canonical ABI's allocator: the host calls it to place arguments and list results.
///
/// # Safety
/// Called by the host only, with blocks it got here.
#[no_mangle]
pub unsafe extern "C" fn cabi_realloc(old: *mut u8, old_size: usize, align: usize, new_size: usize) -> *mut u8 {
    if new_size == 0 {
        give_back(old, old_size);
        return align as *mut u8;
    }
    if old_size > 0 && class(old_size) == class(new_size) {
        return old;
    }
    let new = take(new_size);
    if old_size > 0 {
        core::ptr::copy_nonoverlapping(old, new, old_size.min(new_size));
        give_back(old, old_size);
    }
    new
}

/// A batch of readings the host placed in this module's memory; given back when dropped.
pub struct Batch {
    ptr: usize,
    len: usize,
}

impl Batch {
    /// # Safety
    /// `ptr` is a block of [`cabi_realloc`] holding `len` records.
    pub unsafe fn of(ptr: usize, len: usize) -> Batch {
        Batch { ptr, len }
    }
}

impl core::ops::Deref for Batch {
    type Target = [Reading];
    fn deref(&self) -> &[Reading] {
        if self.len == 0 {
            return &[];
        }
        unsafe { slice::from_raw_parts(self.ptr as *const Reading, self.len) }
    }
}

impl core::ops::DerefMut for Batch {
    fn deref_mut(&mut self) -> &mut [Reading] {
        if self.len == 0 {
            return &mut [];
        }
        unsafe { slice::from_raw_parts_mut(self.ptr as *mut Reading, self.len) }
    }
}

impl Drop for Batch {
    fn drop(&mut self) {
        unsafe { give_back(self.ptr as *mut u8, self.len * core::mem::size_of::<Reading>()) }
    }
}

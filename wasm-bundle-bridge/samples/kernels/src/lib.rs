// SPDX-License-Identifier: Apache-2.0
//! Fixture for benchmarks, no module for users: six kernels as plain exports over a buffer in guest memory.
//! README.md describes each so exactly that a twin in another language gives the same bits.
#![no_std]

#[macro_use]
#[path = "../../../guest-sdk/rust/bascule/mod.rs"]
mod bascule;
use bascule::{Reading, BAD, UNCERTAIN};
use core::slice;

const TAPS: usize = 16;
const TAP_SUM: f64 = 136.0; // 1 + 2 + .. + 16
const EMA_WEIGHT: f64 = 0.125;
const ANOMALY_WEIGHT: f64 = 0.05;
const ANOMALY_SIGMAS_SQUARED: f64 = 16.0;

unsafe fn batch<'a>(ptr: *mut Reading, len: usize) -> &'a mut [Reading] {
    slice::from_raw_parts_mut(ptr, len)
}

#[inline(always)]
fn value(r: &Reading) -> f64 {
    f64::from_bits(r.bits)
}

/// # Safety
/// As for every kernel: `ptr` is a block of `cabi_realloc` that holds `len` records, or bytes.
#[no_mangle]
pub unsafe extern "C" fn sum(ptr: *mut Reading, len: usize) -> f64 {
    let mut total = 0.0;
    for r in batch(ptr, len).iter() {
        if r.quality < BAD {
            total += value(r);
        }
    }
    total
}

/// # Safety
/// See `sum`.
#[no_mangle]
pub unsafe extern "C" fn fir(ptr: *mut Reading, len: usize) -> f64 {
    let readings = batch(ptr, len);
    let mut total = 0.0;
    // From the end, so that every input is read before its place is written.
    for i in (0..len).rev() {
        let mut y = 0.0;
        let taps = if i < TAPS { i + 1 } else { TAPS };
        for k in 0..taps {
            y += (k + 1) as f64 / TAP_SUM * value(readings.get_unchecked(i - k));
        }
        readings.get_unchecked_mut(i).bits = y.to_bits();
        total += y;
    }
    total
}

/// # Safety
/// See `sum`.
#[no_mangle]
pub unsafe extern "C" fn ema(ptr: *mut Reading, len: usize) -> f64 {
    let readings = batch(ptr, len);
    let mut y = if len == 0 { 0.0 } else { value(&readings[0]) };
    for r in readings.iter_mut() {
        y += EMA_WEIGHT * (value(r) - y);
        r.bits = y.to_bits();
    }
    y
}

/// # Safety
/// See `sum`.
#[no_mangle]
pub unsafe extern "C" fn anomaly(ptr: *mut Reading, len: usize) -> i64 {
    let readings = batch(ptr, len);
    let mut mean = if len == 0 { 0.0 } else { value(&readings[0]) };
    let mut variance = 1.0;
    let mut count = 0;
    for r in readings.iter_mut() {
        let d = value(r) - mean;
        if d * d > ANOMALY_SIGMAS_SQUARED * variance {
            count += 1;
            r.quality = UNCERTAIN;
        }
        mean += ANOMALY_WEIGHT * d;
        variance = (1.0 - ANOMALY_WEIGHT) * (variance + ANOMALY_WEIGHT * d * d);
    }
    count
}

/// # Safety
/// See `sum`; `len` bytes.
#[no_mangle]
pub unsafe extern "C" fn json(ptr: *const u8, len: usize) -> f64 {
    let bytes = slice::from_raw_parts(ptr, len);
    let (mut depth, mut deepest, mut strings, mut total) = (0i32, 0i32, 0i32, 0.0f64);
    let mut i = 0;
    while i < len {
        match bytes[i] {
            b'{' | b'[' => {
                depth += 1;
                deepest = deepest.max(depth);
            }
            b'}' | b']' => depth -= 1,
            b'"' => {
                strings += 1;
                i += 1;
                while i < len && bytes[i] != b'"' {
                    i += if bytes[i] == b'\\' { 2 } else { 1 };
                }
            }
            b'-' | b'0'..=b'9' => {
                let negative = bytes[i] == b'-';
                i += negative as usize;
                let (mut mantissa, mut power, mut fraction) = (0i64, 1.0f64, false);
                while i < len {
                    match bytes[i] {
                        d @ b'0'..=b'9' => {
                            mantissa = mantissa * 10 + (d - b'0') as i64;
                            if fraction {
                                power *= 10.0;
                            }
                        }
                        b'.' => fraction = true,
                        _ => break,
                    }
                    i += 1;
                }
                let number = mantissa as f64 / power;
                total += if negative { -number } else { number };
                continue;
            }
            _ => {}
        }
        i += 1;
    }
    if depth != 0 { -1.0 } else { total + 1000.0 * strings as f64 + 1e6 * deepest as f64 }
}

const K: [u32; 64] = [
    0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5, 0xd807aa98, 0x12835b01,
    0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174, 0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc,
    0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da, 0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147,
    0x06ca6351, 0x14292967, 0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
    0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070, 0x19a4c116, 0x1e376c08,
    0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3, 0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208,
    0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2,
];

/// One block of FIPS 180-4, section 6.2.2.
fn compress(h: &mut [u32; 8], block: &[u8]) {
    let mut w = [0u32; 64];
    for (word, b) in w.iter_mut().zip(block.chunks_exact(4)) {
        *word = (b[0] as u32) << 24 | (b[1] as u32) << 16 | (b[2] as u32) << 8 | b[3] as u32;
    }
    for t in 16..64 {
        let s0 = w[t - 15].rotate_right(7) ^ w[t - 15].rotate_right(18) ^ w[t - 15] >> 3;
        let s1 = w[t - 2].rotate_right(17) ^ w[t - 2].rotate_right(19) ^ w[t - 2] >> 10;
        w[t] = w[t - 16].wrapping_add(s0).wrapping_add(w[t - 7]).wrapping_add(s1);
    }
    let [mut a, mut b, mut c, mut d, mut e, mut f, mut g, mut i] = *h;
    for t in 0..64 {
        let s1 = e.rotate_right(6) ^ e.rotate_right(11) ^ e.rotate_right(25);
        let ch = e & f ^ !e & g;
        let t1 = i.wrapping_add(s1).wrapping_add(ch).wrapping_add(K[t]).wrapping_add(w[t]);
        let s0 = a.rotate_right(2) ^ a.rotate_right(13) ^ a.rotate_right(22);
        let t2 = s0.wrapping_add(a & b ^ a & c ^ b & c);
        (i, g, f, e) = (g, f, e, d.wrapping_add(t1));
        (d, c, b, a) = (c, b, a, t1.wrapping_add(t2));
    }
    for (sum, v) in h.iter_mut().zip([a, b, c, d, e, f, g, i]) {
        *sum = sum.wrapping_add(v);
    }
}

/// # Safety
/// See `sum`; `len` bytes.
#[no_mangle]
pub unsafe extern "C" fn sha256(ptr: *const u8, len: usize) -> i64 {
    let mut h = [
        0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19,
    ];
    let blocks = slice::from_raw_parts(ptr, len).chunks_exact(64);
    let rest = blocks.remainder();
    for block in blocks {
        compress(&mut h, block);
    }
    let mut last = [0u8; 128];
    last[..rest.len()].copy_from_slice(rest);
    last[rest.len()] = 0x80;
    let end = if rest.len() < 56 { 64 } else { 128 };
    last[end - 8..end].copy_from_slice(&(len as u64 * 8).to_be_bytes());
    for block in last[..end].chunks_exact(64) {
        compress(&mut h, block);
    }
    ((h[0] as u64) << 32 | h[1] as u64) as i64
}

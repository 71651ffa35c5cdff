//! Sixteen messages side by side: the words of each stand in one lane of a register, and all of them go
//! through the rounds together.

use super::{BEGINNING, Block, Digest, alone};
use std::arch::x86_64::*;

/// How many messages stand side by side.
const LANES: usize = 16;

/// How many of the lanes have to be at work for the sixteen to be quicker than one after the other.
const WORTH_IT: usize = 7;

/// The constants of the rounds (FIPS 180-4, 4.2.2).
#[rustfmt::skip]
const ROUNDS: [u32; 64] = [
    0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
    0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
    0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
    0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
    0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
    0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
    0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
    0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2,
];

/// Steps that are written out, so that all that they share stays in registers.
macro_rules! sixteen_times {
    ($step:ident) => {
        $step!(0);
        $step!(1);
        $step!(2);
        $step!(3);
        $step!(4);
        $step!(5);
        $step!(6);
        $step!(7);
        $step!(8);
        $step!(9);
        $step!(10);
        $step!(11);
        $step!(12);
        $step!(13);
        $step!(14);
        $step!(15);
    };
}

/// A processor that has AVX-512.
#[derive(Clone, Copy)]
pub struct Lanes(());

impl Lanes {
    /// Whether this one does.
    pub fn of_this_processor() -> Option<Self> {
        let has = is_x86_feature_detected!("avx512f") && is_x86_feature_detected!("avx512bw");
        has.then_some(Lanes(()))
    }

    /// Hashes padded messages of any lengths.
    pub fn hash(self, messages: &[&[Block]], digests: &mut [Digest]) {
        // Neighbours in this order end at about the same time.
        let mut order: Vec<usize> = (0..messages.len()).collect();
        order.sort_unstable_by_key(|&at| messages[at].len());
        for together in order.chunks(LANES) {
            let blocks: usize = together.iter().map(|&at| messages[at].len()).sum();
            let longest = together.last().map_or(0, |&at| messages[at].len());
            if blocks < WORTH_IT * longest {
                together.iter().for_each(|&at| digests[at] = alone(messages[at]));
                continue;
            }
            // Lanes without a message of their own do the last one's work again.
            let lanes: [&[Block]; LANES] =
                std::array::from_fn(|lane| messages[together[lane.min(together.len() - 1)]]);
            #[expect(unsafe_code, reason = "the processor has what it needs: a `Lanes` is made nowhere else")]
            let hashes = unsafe { side_by_side(lanes) };
            together.iter().zip(hashes).for_each(|(&at, hash)| digests[at] = Digest(hash));
        }
    }
}

/// The hashes of sixteen padded messages.
// Closures don't become part of such a function: what they are handed to has no AVX-512.
#[target_feature(enable = "avx512f,avx512bw")]
fn side_by_side(messages: [&[Block]; LANES]) -> [[u8; 32]; LANES] {
    let mut state = [_mm512_setzero_si512(); 8];
    for (word, beginning) in state.iter_mut().zip(BEGINNING) {
        *word = _mm512_set1_epi32(beginning.cast_signed());
    }
    let longest = messages.iter().fold(0, |longest, message| longest.max(message.len()));
    for at in 0..longest {
        let mut words = [_mm512_setzero_si512(); LANES];
        let mut going_on = 0;
        for (lane, (words, message)) in words.iter_mut().zip(messages).enumerate() {
            if let Some(block) = message.get(at) {
                *words = big_endian(loaded(block));
                going_on |= 1 << lane;
            }
        }
        compress(&mut state, transposed(words), going_on);
    }
    let mut words = [_mm512_setzero_si512(); LANES];
    words[..8].copy_from_slice(&state);
    let mut digests = [[0; 32]; LANES];
    for (digest, words) in digests.iter_mut().zip(transposed(words)) {
        *digest = bytes(big_endian(words));
    }
    digests
}

/// Takes a block of each message in; only the lanes that are `going_on` change.
#[inline]
#[target_feature(enable = "avx512f")]
fn compress(state: &mut [__m512i; 8], words: [__m512i; 16], going_on: __mmask16) {
    let [first, others @ ..] = ROUNDS.as_chunks::<16>().0 else { return };
    let mut words = words;
    let mut changed = rounds(*state, words, first);
    for constants in others {
        words = expanded(words);
        changed = rounds(changed, words, constants);
    }
    for (word, change) in state.iter_mut().zip(changed) {
        *word = _mm512_mask_add_epi32(*word, going_on, *word, change);
    }
}

/// Sixteen rounds.
#[inline]
#[target_feature(enable = "avx512f")]
fn rounds(state: [__m512i; 8], words: [__m512i; 16], constants: &[u32; 16]) -> [__m512i; 8] {
    let [mut a, mut b, mut c, mut d, mut e, mut f, mut g, mut h] = state;
    macro_rules! round {
        ($i:literal) => {
            let constant = _mm512_set1_epi32(constants[$i].cast_signed());
            let sum_e = xor(_mm512_ror_epi32::<6>(e), _mm512_ror_epi32::<11>(e), _mm512_ror_epi32::<25>(e));
            let choice = _mm512_ternarylogic_epi32::<0b1100_1010>(e, f, g);
            let first = sum(sum(h, sum(constant, words[$i])), sum(sum_e, choice));
            let sum_a = xor(_mm512_ror_epi32::<2>(a), _mm512_ror_epi32::<13>(a), _mm512_ror_epi32::<22>(a));
            let majority = _mm512_ternarylogic_epi32::<0b1110_1000>(a, b, c);
            (h, g, f, e) = (g, f, e, sum(d, first));
            (d, c, b, a) = (c, b, a, sum(first, sum(sum_a, majority)));
        };
    }
    sixteen_times!(round);
    [a, b, c, d, e, f, g, h]
}

/// The words of the next sixteen rounds.
#[inline]
#[target_feature(enable = "avx512f")]
fn expanded(mut words: [__m512i; 16]) -> [__m512i; 16] {
    macro_rules! expand {
        ($i:literal) => {
            let (near, far) = (words[($i + 1) % 16], words[($i + 14) % 16]);
            let near =
                xor(_mm512_ror_epi32::<7>(near), _mm512_ror_epi32::<18>(near), _mm512_srli_epi32::<3>(near));
            let far =
                xor(_mm512_ror_epi32::<17>(far), _mm512_ror_epi32::<19>(far), _mm512_srli_epi32::<10>(far));
            words[$i] = sum(sum(words[$i], near), sum(words[($i + 9) % 16], far));
        };
    }
    sixteen_times!(expand);
    words
}

#[inline]
#[target_feature(enable = "avx512f")]
fn sum(a: __m512i, b: __m512i) -> __m512i {
    _mm512_add_epi32(a, b)
}

/// The exclusive or of three.
#[inline]
#[target_feature(enable = "avx512f")]
fn xor(a: __m512i, b: __m512i, c: __m512i) -> __m512i {
    _mm512_ternarylogic_epi32::<0b1001_0110>(a, b, c)
}

/// A block as sixteen words.
#[inline]
#[target_feature(enable = "avx512f")]
fn loaded(block: &Block) -> __m512i {
    let mut eighths = [0; 8];
    for (eighth, bytes) in eighths.iter_mut().zip(block.as_chunks::<8>().0) {
        *eighth = i64::from_le_bytes(*bytes);
    }
    let [a, b, c, d, e, f, g, h] = eighths;
    _mm512_setr_epi64(a, b, c, d, e, f, g, h)
}

/// The words with their bytes the other way round.
#[inline]
#[target_feature(enable = "avx512f,avx512bw")]
fn big_endian(words: __m512i) -> __m512i {
    let order = _mm_set_epi64x(0x0c0d_0e0f_0809_0a0b, 0x0405_0607_0001_0203);
    _mm512_shuffle_epi8(words, _mm512_broadcast_i32x4(order))
}

/// The bytes of the first eight words.
#[inline]
#[target_feature(enable = "avx512f")]
fn bytes(words: __m512i) -> [u8; 32] {
    let words = _mm512_castsi512_si256(words);
    let quarters = [
        _mm256_extract_epi64::<0>(words),
        _mm256_extract_epi64::<1>(words),
        _mm256_extract_epi64::<2>(words),
        _mm256_extract_epi64::<3>(words),
    ];
    let mut bytes = [0; 32];
    for (bytes, quarter) in bytes.as_chunks_mut::<8>().0.iter_mut().zip(quarters) {
        *bytes = quarter.to_le_bytes();
    }
    bytes
}

/// Sixteen rows of sixteen words, with rows and columns exchanged: pairs, then fours, then within the whole.
#[inline]
#[target_feature(enable = "avx512f")]
fn transposed(rows: [__m512i; 16]) -> [__m512i; 16] {
    let mut pairs = rows;
    for at in (0..16).step_by(2) {
        pairs[at] = _mm512_unpacklo_epi32(rows[at], rows[at + 1]);
        pairs[at + 1] = _mm512_unpackhi_epi32(rows[at], rows[at + 1]);
    }
    let mut fours = pairs;
    for at in (0..16).step_by(4) {
        fours[at] = _mm512_unpacklo_epi64(pairs[at], pairs[at + 2]);
        fours[at + 1] = _mm512_unpackhi_epi64(pairs[at], pairs[at + 2]);
        fours[at + 2] = _mm512_unpacklo_epi64(pairs[at + 1], pairs[at + 3]);
        fours[at + 3] = _mm512_unpackhi_epi64(pairs[at + 1], pairs[at + 3]);
    }
    let mut columns = fours;
    for at in 0..4 {
        let [top, next, third, bottom] = [fours[at], fours[at + 4], fours[at + 8], fours[at + 12]];
        let (even, odd) = (_mm512_shuffle_i32x4::<0x88>(top, next), _mm512_shuffle_i32x4::<0xdd>(top, next));
        let (even_below, odd_below) =
            (_mm512_shuffle_i32x4::<0x88>(third, bottom), _mm512_shuffle_i32x4::<0xdd>(third, bottom));
        columns[at] = _mm512_shuffle_i32x4::<0x88>(even, even_below);
        columns[at + 4] = _mm512_shuffle_i32x4::<0x88>(odd, odd_below);
        columns[at + 8] = _mm512_shuffle_i32x4::<0xdd>(even, even_below);
        columns[at + 12] = _mm512_shuffle_i32x4::<0xdd>(odd, odd_below);
    }
    columns
}

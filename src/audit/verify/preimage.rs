//! What an entry's hash is over, appended to the bytes that are hashed.
//!
//! [`chain::hash`](crate::chain::hash) says the same for one entry at a time; a test holds both against
//! each other. Here nothing is allocated and nothing goes through `fmt`.

use super::row::Row;
use super::wire::TextArray;
use crate::chain::hash::Digest;

/// Microseconds from 2000-01-01 to 0001-01-01, and to 10000-01-01: the years that an entry may have.
pub const TIMES: std::ops::Range<i64> = -63_082_281_600_000_000..252_455_616_000_000_000;

const DAY_MICROS: i64 = 86_400_000_000;

/// Appends what the hash of an entry is over, of which `framework` and the time were checked before.
#[inline]
pub fn write(buffer: &mut Vec<u8>, row: &Row<'_>, framework: &TextArray<'_>) {
    buffer.extend_from_slice(b"17:attestor/entry/v1,");
    put(buffer, row.chain_id);
    put_number(buffer, row.seq);
    put_time(buffer, row.occurred_at.unwrap_or_default());
    for field in [row.category, row.event_type, row.actor, row.actor_type, row.db_user, row.repo_full_name] {
        put(buffer, field);
    }
    put_number(buffer, row.pr_number.map(i64::from));
    put(buffer, row.commit_sha);
    put_list(buffer, framework);
    put(buffer, row.control_id);
    put(buffer, row.payload_alg);
    put(buffer, row.payload_hash);
    put(buffer, row.prev_hash);
}

/// The digest that 64 lowercase hex digits stand for.
///
/// Each digit goes through the same steps whatever it is, so that the compiler takes many at once.
#[inline]
pub fn from_hex(digits: &[u8]) -> Option<Digest> {
    let digits: &[u8; 64] = digits.try_into().ok()?;
    let mut values = [0; 64];
    let mut are_digits = true;
    for (value, digit) in values.iter_mut().zip(digits) {
        let (number, letter) = (digit.wrapping_sub(b'0'), digit.wrapping_sub(b'a'));
        *value = if number < 10 { number } else { letter.wrapping_add(10) };
        are_digits &= (number < 10) | (letter < 6);
    }
    let mut bytes = [0; 32];
    for (byte, [high, low]) in bytes.iter_mut().zip(values.as_chunks::<2>().0) {
        *byte = high << 4 | low;
    }
    are_digits.then_some(Digest(bytes))
}

/// The lengths below 1,000, each with its colon; how much of it counts is [`head_bytes`].
static HEADS: [[u8; 4]; 1_000] = {
    let mut heads = [[b':'; 4]; 1_000];
    let mut length = 0;
    while length < heads.len() {
        let (mut rest, mut at) = (length, head_bytes(length) - 1);
        while at > 0 {
            at -= 1;
            heads[length][at] = b'0' + (rest % 10) as u8;
            rest /= 10;
        }
        length += 1;
    }
    heads
};

/// How many bytes a length below 1,000 takes with its colon.
#[inline]
const fn head_bytes(length: usize) -> usize {
    2 + (length > 9) as usize + (length > 99) as usize
}

#[inline]
fn put(buffer: &mut Vec<u8>, field: Option<&[u8]>) {
    match field {
        Some(field) => {
            put_length(buffer, field.len());
            match <&[u8; 64]>::try_from(field) {
                // A hash: copied without a look at how long it is.
                Ok(hash) => buffer.extend_from_slice(hash),
                Err(_) => buffer.extend_from_slice(field),
            }
            buffer.push(b',');
        }
        None => buffer.extend_from_slice(b"-,"),
    }
}

/// A length and its colon.
#[inline]
fn put_length(buffer: &mut Vec<u8>, length: usize) {
    match HEADS.get(length) {
        Some(head) => {
            let end = buffer.len() + head_bytes(length);
            buffer.extend_from_slice(head);
            buffer.truncate(end);
        }
        None => {
            put_decimal(buffer, length as u64);
            buffer.push(b':');
        }
    }
}

#[inline]
fn put_number(buffer: &mut Vec<u8>, number: Option<i64>) {
    let Some(number) = number else { return put(buffer, None) };
    let digits = number.unsigned_abs().checked_ilog10().unwrap_or(0) as usize + 1;
    put_length(buffer, digits + usize::from(number < 0));
    if number < 0 {
        buffer.push(b'-');
    }
    put_decimal(buffer, number.unsigned_abs());
    buffer.push(b',');
}

fn put_decimal(buffer: &mut Vec<u8>, mut number: u64) {
    let mut digits = [0; 20];
    let mut at = digits.len();
    loop {
        at -= 1;
        digits[at] = b'0' + (number % 10) as u8;
        number /= 10;
        if number == 0 {
            break;
        }
    }
    buffer.extend_from_slice(&digits[at..]);
}

/// A list: the netstring of the netstrings. Its length stands first, so it is summed first.
#[inline]
fn put_list(buffer: &mut Vec<u8>, list: &TextArray<'_>) {
    let begin = buffer.len();
    for element in list.elements() {
        put(buffer, element.unwrap_or_default());
    }
    let length = buffer.len() - begin;
    put_length(buffer, length);
    let head = buffer.len() - begin - length;
    buffer[begin..].rotate_right(head);
    buffer.push(b',');
}

/// The time as RFC 3339 in UTC with six digits behind the point: `27:0001-01-01T00:00:00.000000Z,`.
#[inline]
fn put_time(buffer: &mut Vec<u8>, micros: i64) {
    let (year, month, day) = civil(micros.div_euclid(DAY_MICROS));
    let of_day = micros.rem_euclid(DAY_MICROS) as u64;
    let seconds = of_day / 1_000_000;
    buffer.extend_from_slice(b"27:0000-00-00T00:00:00.000000Z,");
    let begin = buffer.len() - 28;
    let mut set = |at: usize, digits: usize, mut number: u64| {
        for digit in buffer[begin + at..begin + at + digits].iter_mut().rev() {
            *digit = b'0' + (number % 10) as u8;
            number /= 10;
        }
    };
    set(0, 4, year);
    set(5, 2, month);
    set(8, 2, day);
    set(11, 2, seconds / 3600);
    set(14, 2, seconds / 60 % 60);
    set(17, 2, seconds % 60);
    set(20, 6, of_day);
}

/// Year, month and day of the Gregorian calendar, `days` after 2000-01-01, for years from 1 on.
///
/// Years are counted from a March, so that the leap day is their last: eras of 400 years have 146,097
/// days each.
#[inline]
fn civil(days: i64) -> (u64, u64, u64) {
    // From 0000-03-01 to 2000-01-01.
    let days = (days + 730_425).max(0) as u64;
    let era = days / 146_097;
    let of_era = days % 146_097;
    let year_of_era = (of_era - of_era / 1_460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let march_month = (5 * of_year + 2) / 153;
    let day = of_year - (153 * march_month + 2) / 5 + 1;
    let month = if march_month < 10 { march_month + 3 } else { march_month - 9 };
    (400 * era + year_of_era + u64::from(month <= 2), month, day)
}

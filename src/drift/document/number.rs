//! A number of JSON with all its digits.

use std::fmt;

/// Significant digits that a number may have.
const DIGITS_MAX: usize = 1000;
/// Powers of ten between which a number lies, on both sides of 1; beyond, the chain refuses it.
const POWER_MAX: i64 = 308;

/// A number: kept as its shortest plain writing, so that two are equal where they are the same number.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Number(String);

impl Number {
    /// Reads a number as JSON writes it.
    ///
    /// # Errors
    /// What is wrong with it: no number, over 1,000 digits, or beyond 1e±308.
    pub fn parse(text: &str) -> Result<Number, &'static str> {
        let parts = Parts::of(text).ok_or("this is no number")?;
        if parts.digits.len() > DIGITS_MAX {
            return Err("a number has at most 1000 digits");
        }
        if !parts.digits.is_empty() && !(-POWER_MAX..=POWER_MAX).contains(&parts.power()) {
            return Err("a number lies between 1e-308 and 1e308");
        }
        Ok(Number(parts.plain()))
    }

    /// The number that serde_json holds.
    pub(super) fn of(number: &serde_json::Number) -> Number {
        let text = number.to_string();
        Number(Parts::of(&text).map_or(text, |parts| parts.plain()))
    }

    /// Its digits.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Number {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl From<i64> for Number {
    fn from(number: i64) -> Self {
        Number(number.to_string())
    }
}

/// A number as `0.digits × 10^point`, without zeros at either end; no digits are zero.
struct Parts {
    negative: bool,
    digits: String,
    point: i64,
}

impl Parts {
    fn of(text: &str) -> Option<Parts> {
        let (negative, rest) = match text.strip_prefix('-') {
            Some(rest) => (true, rest),
            None => (false, text),
        };
        let (mantissa, exponent) = match rest.split_once(['e', 'E']) {
            Some((mantissa, exponent)) => (mantissa, power(exponent)?),
            None => (rest, 0),
        };
        let (whole, fraction) = match mantissa.split_once('.') {
            Some((whole, fraction)) if !fraction.is_empty() => (whole, fraction),
            Some(_) => return None,
            None => (mantissa, ""),
        };
        let leads_with_zero = whole.len() > 1 && whole.starts_with('0');
        if whole.is_empty()
            || leads_with_zero
            || !(whole.bytes().chain(fraction.bytes())).all(|b| b.is_ascii_digit())
        {
            return None;
        }
        let all = format!("{whole}{fraction}");
        let digits = all.trim_start_matches('0');
        let zeros = i64::try_from(all.len() - digits.len()).ok()?;
        let point = i64::try_from(whole.len()).ok()?.saturating_add(exponent).saturating_sub(zeros);
        Some(Parts { negative, digits: digits.trim_end_matches('0').to_owned(), point })
    }

    /// The power of ten of the first digit.
    fn power(&self) -> i64 {
        self.point.saturating_sub(1)
    }

    fn plain(&self) -> String {
        if self.digits.is_empty() {
            return "0".to_owned();
        }
        let sign = if self.negative { "-" } else { "" };
        let digits = &self.digits;
        match usize::try_from(self.point) {
            // 0.000digits; a point before the digits is at most 308 away, or 324 as a binary float.
            Ok(0) => format!("{sign}0.{digits}"),
            Err(_) => {
                let zeros = usize::try_from(self.point.unsigned_abs()).unwrap_or(0);
                format!("{sign}0.{}{digits}", "0".repeat(zeros))
            }
            Ok(point) if point >= digits.len() => {
                format!("{sign}{digits}{}", "0".repeat(point - digits.len()))
            }
            Ok(point) => format!("{sign}{}.{}", &digits[..point], &digits[point..]),
        }
    }
}

/// The exponent, which may be so far out that only its sign matters.
fn power(text: &str) -> Option<i64> {
    let digits = text.strip_prefix(['+', '-']).unwrap_or(text);
    if digits.is_empty() || !digits.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    let far = if text.starts_with('-') { i64::MIN / 4 } else { i64::MAX / 4 };
    Some(text.parse().unwrap_or(far).clamp(i64::MIN / 4, i64::MAX / 4))
}

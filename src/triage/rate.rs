//! A share of a sample, with how far it can be trusted.

use serde::Serialize;
use std::fmt;

/// The 97.5 % point of the normal distribution: two of them enclose 95 %.
const Z: f64 = 1.959_963_984_540_054;

/// Below so many cases a rate is called uncertain, whatever it says.
pub const SAMPLE_MIN: u64 = 30;

/// `k` of `n`, with the 95 % interval of Wilson (1927): it stays within 0..1 and is honest for small
/// samples and rates near the ends, where the usual ± is not.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Rate {
    /// How many.
    pub k: u64,
    /// Of how many.
    pub n: u64,
    /// `k / n`, 0 to 1; none of nothing.
    pub rate: Option<f64>,
    /// The lower end of the interval.
    pub low: Option<f64>,
    /// The upper end of the interval.
    pub high: Option<f64>,
    /// Whether there are too few cases to rely on it: fewer than [`SAMPLE_MIN`].
    pub small: bool,
}

impl Rate {
    /// The rate of `k` among `n`; `k` beyond `n` counts as `n`.
    pub fn of(k: u64, n: u64) -> Self {
        let k = k.min(n);
        let ends = (n > 0).then(|| wilson(k as f64, n as f64));
        Rate {
            k,
            n,
            rate: (n > 0).then(|| k as f64 / n as f64),
            low: ends.map(|e| e.0),
            high: ends.map(|e| e.1),
            small: n < SAMPLE_MIN,
        }
    }
}

fn wilson(k: f64, n: f64) -> (f64, f64) {
    let (p, z2) = (k / n, Z * Z);
    let middle = p + z2 / (2.0 * n);
    let half = Z * (p * (1.0 - p) / n + z2 / (4.0 * n * n)).sqrt();
    let whole = 1.0 + z2 / n;
    // Exactly 0 and 1 at the ends; rounding would leave 1e-17 there.
    let low = if k == 0.0 { 0.0 } else { (middle - half) / whole };
    let high = if k == n { 1.0 } else { (middle + half) / whole };
    (low, high)
}

impl fmt::Display for Rate {
    /// As a person reads it: `83.3 % (55.2 to 95.3), 10 of 12, few`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (Some(rate), Some(low), Some(high)) = (self.rate, self.low, self.high) else {
            return f.write_str("- (no case)");
        };
        let percent = |share: f64| share * 100.0;
        write!(f, "{:.1} % ({:.1} to {:.1}), ", percent(rate), percent(low), percent(high))?;
        write!(f, "{} of {}", self.k, self.n)?;
        if self.small { f.write_str(", few") } else { Ok(()) }
    }
}

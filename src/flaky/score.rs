//! The score of a test: how sure it is that it flakes more often than it may.
//!
//! On one commit the code is the same, so a failure that passes when it is tried again is a flake. With
//! a chance `f` to flake, of the commits that passed at the first try or at a later one a share
//! `q = f / (1 + f)` had flaked. The prior Beta(.1, 9.9) says what is known before a test has run: one in
//! a hundred.

/// The share of tries that may flake: 1 %.
pub const F0: f64 = 0.01;
/// What is believed before anything was seen: flakes, and first passes.
const PRIOR: (f64, f64) = (0.1, 9.9);
/// Steps of the continued fraction; about the square root of the counts are taken.
const STEPS_MAX: u32 = 100_000;

/// S: the probability that a test flakes in more than [`F0`] of its tries, given the commits that passed
/// at the first try and those that failed and then passed.
pub fn score(first_try: u64, flaked: u64) -> f64 {
    let (a, b) = (flaked as f64 + PRIOR.0, first_try as f64 + PRIOR.1);
    beta_above(F0 / (1.0 + F0), a, b)
}

/// The estimated share of tries that flake; 0 where none did.
pub fn severity(first_try: u64, flaked: u64) -> f64 {
    if flaked == 0 {
        return 0.0;
    }
    let q = (flaked as f64 + PRIOR.0) / ((first_try + flaked) as f64 + PRIOR.0 + PRIOR.1);
    q / (1.0 - q)
}

/// The probability that a value of Beta(`a`, `b`) is above `x`: the regularised incomplete beta function
/// from the other side. Good to about 1e-8 for counts up to a million.
fn beta_above(x: f64, a: f64, b: f64) -> f64 {
    let front = (a * x.ln() + b * (-x).ln_1p() + ln_gamma(a + b) - ln_gamma(a) - ln_gamma(b)).exp();
    // The fraction converges quickly on one side of the mean; on the other the sides are exchanged.
    let above = if x < (a + 1.0) / (a + b + 2.0) {
        1.0 - front * fraction(x, a, b) / a
    } else {
        front * fraction(1.0 - x, b, a) / b
    };
    above.clamp(0.0, 1.0)
}

/// The continued fraction of the incomplete beta function (DLMF 8.17.22), by the modified Lentz method.
fn fraction(x: f64, a: f64, b: f64) -> f64 {
    const TINY: f64 = 1e-300;
    let not_zero = |value: f64| if value.abs() < TINY { TINY } else { value };
    let mut c = 1.0;
    let mut d = 1.0 / not_zero(1.0 - (a + b) * x / (a + 1.0));
    let mut result = d;
    for step in 1..=STEPS_MAX {
        let m = f64::from(step);
        let even = m * (b - m) * x / ((a + 2.0 * m - 1.0) * (a + 2.0 * m));
        d = 1.0 / not_zero(1.0 + even * d);
        c = not_zero(1.0 + even / c);
        result *= d * c;
        let odd = -(a + m) * (a + b + m) * x / ((a + 2.0 * m) * (a + 2.0 * m + 1.0));
        d = 1.0 / not_zero(1.0 + odd * d);
        c = not_zero(1.0 + odd / c);
        let change = d * c;
        result *= change;
        if (change - 1.0).abs() < 1e-15 {
            break;
        }
    }
    result
}

/// The logarithm of the gamma function for positive numbers: Stirling's series (DLMF 5.11.1) from 15 on,
/// which smaller numbers are shifted to.
fn ln_gamma(x: f64) -> f64 {
    const SERIES: [f64; 6] =
        [1.0 / 12.0, -1.0 / 360.0, 1.0 / 1_260.0, -1.0 / 1_680.0, 1.0 / 1_188.0, -691.0 / 360_360.0];
    let (mut shifted, mut product) = (x, 1.0);
    while shifted < 15.0 {
        product *= shifted;
        shifted += 1.0;
    }
    let square = 1.0 / (shifted * shifted);
    let series = SERIES.iter().rev().fold(0.0, |sum, term| sum * square + term) / shifted;
    (shifted - 0.5) * shifted.ln() - shifted + 0.5 * std::f64::consts::TAU.ln() + series - product.ln()
}

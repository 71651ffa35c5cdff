//! The score against values that were computed elsewhere.

use attestor::flaky::quarantine::graduation_runs;
use attestor::flaky::score::{score, severity};

fn check(first_try: u64, flaked: u64, expected: f64) {
    let found = score(first_try, flaked);
    assert!((found - expected).abs() < 0.000_5, "({first_try}, {flaked}): {found}, not {expected}");
}

#[test]
fn scores_have_their_golden_values() {
    check(100, 0, 0.021);
    check(99, 1, 0.380);
    check(98, 2, 0.734);
    check(97, 3, 0.917);
    check(10, 1, 0.854);
}

/// Beta(a, b) above 1/101 by a sum of rectangles over the density, on a logarithmic scale.
fn by_rectangles(first_try: u64, flaked: u64) -> f64 {
    let (a, b) = (flaked as f64 + 0.1, first_try as f64 + 9.9);
    const STEPS: usize = 400_000;
    // Without a flake a good part of the mass lies near 0.
    let least: f64 = if flaked == 0 { 1e-60 } else { 1e-7 };
    let (low, high) = (least.ln(), (1.0 - 1e-15_f64).ln());
    let width = (high - low) / STEPS as f64;
    let (mut above, mut all, mut most) = (0.0, 0.0, f64::NEG_INFINITY);
    let log_density = |ln_x: f64| a * ln_x + (b - 1.0) * (-ln_x.exp()).ln_1p();
    for step in 0..STEPS {
        most = f64::max(most, log_density(low + (step as f64 + 0.5) * width));
    }
    for step in 0..STEPS {
        let ln_x = low + (step as f64 + 0.5) * width;
        let part = (log_density(ln_x) - most).exp();
        all += part;
        if ln_x > (1.0_f64 / 101.0).ln() {
            above += part;
        }
    }
    above / all
}

#[test]
fn scores_agree_with_plain_integration() {
    for counts in [(0, 0), (0, 1), (1, 0), (50, 7), (400, 3), (1_000, 10), (20_000, 190), (20_000, 215)] {
        let (found, expected) = (score(counts.0, counts.1), by_rectangles(counts.0, counts.1));
        assert!((found - expected).abs() < 2e-4, "{counts:?}: {found}, not {expected}");
    }
}

#[test]
fn scores_of_a_million_are_numbers() {
    assert!(score(1_000_000, 0) < 1e-12);
    assert!(score(1_000_000, 100_000) > 1.0 - 1e-12);
    assert!(score(0, 1_000_000) > 1.0 - 1e-12);
    // The share of flakes is the limit itself: as likely above as below, but for the skew.
    let even = score(990_000, 9_900);
    assert!((0.45..0.55).contains(&even), "{even}");
}

#[test]
fn more_flakes_never_lower_a_score_and_more_passes_never_raise_it() {
    for n0 in (0..2_000).step_by(97) {
        for n1 in 0..60 {
            let here = score(n0, n1);
            assert!((0.0..=1.0).contains(&here));
            assert!(score(n0, n1 + 1) >= here, "({n0}, {n1})");
            assert!(score(n0 + 1, n1) <= here + 1e-12, "({n0}, {n1})");
        }
    }
}

#[test]
fn severity_is_the_odds_of_a_flake() {
    assert_eq!(severity(100, 0), 0.0);
    assert_eq!(severity(0, 0), 0.0);
    let q = 2.1 / 110.0;
    assert!((severity(98, 2) - q / (1.0 - q)).abs() < 1e-15);
}

#[test]
fn graduation_takes_between_10_and_300_runs() {
    for (severity, runs) in [
        (0.0, 300),
        (0.001, 300),
        (0.02, 299),
        (0.1, 59),
        (0.2, 29),
        (0.5, 11),
        (0.6, 10),
        (1.9, 10),
        (2.0, 10),
        (9.0, 10),
    ] {
        assert_eq!(graduation_runs(severity), runs, "{severity}");
    }
}

//! The score beside what others use, on histories whose flake rates are known.
//!
//! Each history has tests that never flake, that flake more often or less often than 1 %, that broke for a
//! while, and that are broken for good, in two environments, with outages. The others are given the same
//! results: per environment, outages left out. The figures are printed; the seed too.

use attestor::demo::rng::Rng;
use attestor::flaky::evidence::{Evidence, Mark, Run};
use attestor::flaky::score::F0;

const SEED: u64 = 20_260_101;
const COMMITS: usize = 200;
const TESTS: usize = 1_500;

/// A test with what is true of it, and what each measure says.
struct Sample {
    is_flaky: bool,
    measures: [f64; 4],
}

const NAMES: [&str; 4] = ["score", "failure rate", "entropy", "flips"];

fn chance(rng: &mut Rng, p: f64) -> bool {
    (rng.number() >> 11) as f64 / (1_u64 << 53) as f64 <= p && p > 0.0
}

fn sample(rng: &mut Rng, retries: usize) -> Sample {
    // Rates between one in a thousand and one in ten, evenly over the scale.
    let rate = match rng.below(10) {
        0..=5 => 0.0,
        _ => 0.001 * 100.0_f64.powf(rng.below(1_000) as f64 / 1_000.0),
    };
    // In the other environment it does not flake: evidence is never mixed.
    let rate = if chance(rng, 0.2) { 0.0 } else { rate };
    let is_broken = chance(rng, 0.03);
    let mut broken_until = 0;
    let (mut runs, mut attempts, mut firsts) = (Vec::new(), Vec::new(), Vec::new());
    for commit in 0..COMMITS {
        if chance(rng, 0.01) {
            // An outage: nearly everything fails; nobody uses it.
            runs.push(Run { mark: Mark::Outage, commit: commit as i64 });
            continue;
        }
        if broken_until == 0 && chance(rng, 0.008) {
            broken_until = 1 + rng.below(40);
        }
        let is_down = is_broken || broken_until > 0;
        broken_until = broken_until.saturating_sub(1);
        let mut tries = Vec::new();
        loop {
            let passed = !is_down && !chance(rng, rate);
            tries.push(passed);
            if passed || tries.len() > retries {
                break;
            }
        }
        firsts.push(tries[0]);
        let mark = match (*tries.last().unwrap(), tries.len()) {
            (true, 1) => Mark::Pass,
            (true, _) => Mark::Flaked,
            (false, 1) => Mark::Fail,
            (false, _) => Mark::FailAgain,
        };
        runs.push(Run { mark, commit: commit as i64 });
        attempts.extend(tries);
    }
    let failed = attempts.iter().filter(|passed| !**passed).count() as f64 / attempts.len() as f64;
    let flips = attempts.windows(2).filter(|pair| pair[0] != pair[1]).count() as f64 / attempts.len() as f64;
    let part = |p: f64| if p > 0.0 { -p * p.log2() } else { 0.0 };
    let score = Evidence::of(&runs).score();
    Sample { is_flaky: rate > F0, measures: [score, failed, part(failed) + part(1.0 - failed), flips] }
}

/// The probability that a flaky test is above one that is not; ties count half.
fn auc(samples: &[Sample], measure: usize) -> f64 {
    let of = |is_flaky: bool| {
        samples.iter().filter(move |s| s.is_flaky == is_flaky).map(move |s| s.measures[measure])
    };
    let others: Vec<f64> = of(false).collect();
    let (mut above, mut pairs) = (0.0, 0.0);
    for flaky in of(true) {
        for other in &others {
            pairs += 1.0;
            above += if flaky > *other {
                1.0
            } else if flaky == *other {
                0.5
            } else {
                0.0
            };
        }
    }
    above / pairs
}

/// The mean square of what a measure claims, taken as a probability, and what is true (Brier).
fn brier(samples: &[Sample], measure: usize) -> f64 {
    let square = |s: &Sample| (s.measures[measure].min(1.0) - f64::from(u8::from(s.is_flaky))).powi(2);
    samples.iter().map(square).sum::<f64>() / samples.len() as f64
}

/// How far what was claimed in ten steps is from what came true, weighted by how often it was claimed.
fn calibration_error(samples: &[Sample], measure: usize) -> f64 {
    let mut bins = [(0.0, 0.0, 0.0); 10];
    for sample in samples {
        let claimed = sample.measures[measure].clamp(0.0, 1.0);
        let bin = &mut bins[((claimed * 10.0) as usize).min(9)];
        bin.0 += 1.0;
        bin.1 += claimed;
        bin.2 += f64::from(u8::from(sample.is_flaky));
    }
    let error =
        |(count, claimed, true_): &(f64, f64, f64)| if *count > 0.0 { (claimed - true_).abs() } else { 0.0 };
    bins.iter().map(error).sum::<f64>() / samples.len() as f64
}

fn measured(retries: usize, purpose: &str) -> Vec<Sample> {
    let mut rng = Rng::of(SEED, purpose);
    let samples: Vec<Sample> = (0..TESTS).map(|_| sample(&mut rng, retries)).collect();
    let flaky = samples.iter().filter(|s| s.is_flaky).count();
    println!(
        "{purpose}: seed {SEED}, {TESTS} tests, {COMMITS} commits, {flaky} flake in more than 1 % of their tries"
    );
    println!("{:<14} {:>7} {:>7} {:>12}", "", "AUC", "Brier", "calibration");
    for (measure, name) in NAMES.iter().enumerate() {
        let (auc, brier, off) =
            (auc(&samples, measure), brier(&samples, measure), calibration_error(&samples, measure));
        println!("{name:<14} {auc:>7.4} {brier:>7.4} {off:>12.4}");
    }
    samples
}

#[test]
fn with_retries_the_score_tells_best_and_means_what_it_says() {
    let samples = measured(2, "with retries");
    let ours = auc(&samples, 0);
    assert!(ours > 0.95, "{ours}");
    for other in 1..4 {
        assert!(ours > auc(&samples, other), "{}", NAMES[other]);
        assert!(brier(&samples, 0) < brier(&samples, other), "{}", NAMES[other]);
        assert!(calibration_error(&samples, 0) < calibration_error(&samples, other), "{}", NAMES[other]);
    }
    assert!(calibration_error(&samples, 0) < 0.05);
}

/// Without retries no measure is a probability; isolated failures rank best all the same, since a break that
/// lasts is none of them. Only tests that fail in every third try would be told as well by their flips.
#[test]
fn without_retries_isolated_failures_tell_best() {
    let samples = measured(0, "without retries");
    let ours = auc(&samples, 0);
    assert!(ours > 0.85, "{ours}");
    for other in 1..4 {
        assert!(ours > auc(&samples, other), "{}: {} against {ours}", NAMES[other], auc(&samples, other));
    }
}

//! Figures and how they are told: a line each, both sides, the ratio, the budget.

use std::time::Duration;

/// Says what is measured, on what, and how busy the machine is.
pub fn heading(title: &str, settings: &str) {
    let load = std::fs::read_to_string("/proc/loadavg").unwrap_or_default();
    let load = load.split(' ').next().unwrap_or_default().to_owned();
    let cores = std::thread::available_parallelism().map_or(0, usize::from);
    let load = if load.is_empty() { String::new() } else { format!(", load {load}") };
    println!("\n# {title}\n# {settings}\n# {cores} cores{load}, scale {}", scale());
}

/// Tells a figure: what of ours stands against what, and what was measured against the budget, which is
/// written as `<= 2.5` or `>= 10000 /s`.
pub fn tell(what: &str, ours: &str, theirs: &str, measured: f64, budget: &str) {
    let mut words = budget.split_whitespace();
    let (sign, limit) = (words.next(), words.next());
    let limit: f64 = limit.and_then(|word| word.parse().ok()).expect("a budget has a number");
    let is_met = if sign == Some("<=") { measured <= limit } else { measured >= limit };
    let unit = words.next().map_or(String::new(), |unit| format!(" {unit}"));
    let ours = format!("attestor {ours}");
    let mark = if is_met { "" } else { "  MISSED" };
    println!("{what:<46} {ours:<22} {theirs:<26} {:>7}{unit} (budget {budget}){mark}", number(measured));
}

/// How much of the usual work is done: `ATTESTOR_BENCH_SCALE`, 1 unless set.
pub fn scale() -> f64 {
    std::env::var("ATTESTOR_BENCH_SCALE")
        .map_or(1.0, |scale| scale.parse().expect("ATTESTOR_BENCH_SCALE is a number"))
}

/// So many at the usual scale, but never less than `least`.
pub fn scaled(usual: u64, least: u64) -> u64 {
    ((usual as f64 * scale()) as u64).max(least)
}

/// So long at the usual scale, but never less than half a second.
pub fn scaled_time(seconds: f64) -> Duration {
    Duration::from_secs_f64((seconds * scale()).max(0.5))
}

/// The one in the middle.
pub fn median(values: &[f64]) -> f64 {
    at(values, 0.5)
}

/// The value that a share of them does not exceed.
pub fn at(values: &[f64], share: f64) -> f64 {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    let place = (sorted.len() as f64 * share).ceil() as usize;
    sorted[place.clamp(1, sorted.len()) - 1]
}

/// `12,345`, `12.3` or `0.77`, as much as can be read off it.
pub fn number(value: f64) -> String {
    if value < 10.0 {
        return format!("{value:.2}");
    }
    if value < 100.0 {
        return format!("{value:.1}");
    }
    let digits = format!("{value:.0}");
    let mut grouped = String::new();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    grouped
}

/// So many a second.
pub fn rate(per_second: f64) -> String {
    format!("{}/s", number(per_second))
}

/// So many milliseconds.
pub fn ms(seconds: f64) -> String {
    format!("{} ms", number(seconds * 1_000.0))
}

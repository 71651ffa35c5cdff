//! How long a test took, as runners write seconds.

/// Milliseconds of a text in seconds; none where it is no duration.
///
/// The last of comma and point is the decimal sign, the other one groups digits: `1,234.5` and `1.234,5`
/// are the same. A single comma is a decimal sign (`0,123`), several commas group (`1,234,567`). What
/// exceeds 24 days is held to what the column can hold.
pub fn milliseconds(text: &str) -> Option<i32> {
    let text = text.trim().trim_end_matches('s').trim_end();
    let plain = match (text.rfind(','), text.rfind('.')) {
        (None, _) => text.to_owned(),
        (Some(comma), Some(point)) if comma < point => text.replace(',', ""),
        (Some(_), Some(_)) => text.replace('.', "").replace(',', "."),
        (Some(_), None) if text.matches(',').count() == 1 => text.replace(',', "."),
        (Some(_), None) => text.replace(',', ""),
    };
    if !plain.starts_with(|c: char| c.is_ascii_digit() || matches!(c, '.' | '+')) {
        return None;
    }
    let milliseconds = (plain.parse::<f64>().ok().filter(|seconds| seconds.is_finite())? * 1000.0).round();
    #[expect(clippy::cast_possible_truncation, reason = "it is held to the range first")]
    Some(milliseconds.clamp(0.0, f64::from(i32::MAX)) as i32)
}

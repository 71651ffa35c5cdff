//! CVE ids, as they stand in rules, tags and feeds.

/// The longest id that is believed; the longest ever given has 7 digits after the year.
const DIGITS_MAX: usize = 19;

/// The id in capitals, where `text` is one: `CVE-`, a year, at least four digits.
pub fn parse(text: &str) -> Option<String> {
    let rest = text.get(..4).filter(|p| p.eq_ignore_ascii_case("cve-")).and(text.get(4..))?;
    let (year, number) = rest.split_once('-')?;
    let digits = |s: &str| s.bytes().all(|b| b.is_ascii_digit());
    let fits = year.len() == 4 && digits(year) && (4..=DIGITS_MAX).contains(&number.len()) && digits(number);
    fits.then(|| text.to_ascii_uppercase())
}

/// A number for an id that [`parse`] gave: equal for equal ids alone, leading zeros included.
pub fn key(id: &str) -> u128 {
    // At most 1 + 4 + 19 digits; the leading 1 keeps zeros apart, the year is always four digits.
    id.bytes().filter(u8::is_ascii_digit).fold(1, |number, digit| number * 10 + u128::from(digit - b'0'))
}

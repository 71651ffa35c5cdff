//! Counts as bars.

use attestor::db::series::{Reach, Series};
use attestor::ui::theme::Symbols;
use attestor::ui::widgets::strip::spark;

fn check(counts: &[u64], expected: &str, ascii: &str) {
    assert_eq!(spark(counts, &Symbols::UNICODE), expected);
    assert_eq!(spark(counts, &Symbols::ASCII), ascii);
}

#[test]
fn the_highest_is_full_and_something_is_never_nothing() {
    check(&[], "", "");
    check(&[0, 0], "··", "..");
    check(&[1], "█", "@");
    check(&[0, 1, 2, 3, 4, 5, 6, 7, 8], "·▁▂▃▄▅▆▇█", ".:-=+*#%@");
    check(&[1, 1_000_000, 0], "▁█·", ":@.");
    check(&[u64::MAX, u64::MAX / 2, 1], "█▄▁", "@+:");
}

#[test]
fn a_series_sums_its_last_days_and_knows_what_it_has_not_seen() {
    let check = |counts: &[(i32, u64)], reach, days: usize, expected| {
        assert_eq!(Series::by_age(counts.to_vec(), reach).last(days), expected, "{counts:?} {days}");
    };
    check(&[(0, 3), (1, 4), (6, 5), (7, 6)], Reach::Whole, 1, (3, Reach::Whole));
    check(&[(0, 3), (1, 4), (6, 5), (7, 6)], Reach::Whole, 7, (12, Reach::Whole));
    check(&[(29, 1), (30, 9), (10_000, 9)], Reach::Whole, 30, (1, Reach::Whole));
    // A clock that runs ahead is today.
    check(&[(-1, 2)], Reach::Whole, 1, (2, Reach::Whole));
    // What stands before the last days shows that they were all counted.
    check(&[(0, 3), (5, 4)], Reach::Cut, 1, (3, Reach::Whole));
    check(&[(0, 3), (5, 4)], Reach::Cut, 7, (7, Reach::Cut));
    let sum = Series::by_age([(0, 1)], Reach::Whole).plus(&Series::by_age([(0, 2), (29, 7)], Reach::Cut));
    assert_eq!((sum.days()[29], sum.days()[0], sum.last(30)), (3, 7, (10, Reach::Cut)));
}

//! The table of the panel "AI against people": tools, rules and tenths of confidence, in numbers.

use super::people::Part;
use crate::triage::agreement::{Agreement, Bin, Rates};
use crate::triage::rate::Rate;
use crate::ui::widgets::cells::{Align, Keep};
use crate::ui::widgets::table::{Column, Room};

/// From so many columns the interval of every rate stands beside it.
const WIDE: usize = 100;
/// Below so many columns there is room for few numbers.
pub(super) const NARROW: usize = 60;

/// The columns of the table; the title says which number stands in one.
pub(super) fn columns(part: Part, width: usize) -> Vec<Column> {
    let words = |title, room| Column { title, room, align: Align::Left, keep: Keep::Name };
    let number =
        |title, cells| Column { title, room: Room::Fixed(cells), align: Align::Right, keep: Keep::Start };
    if part == Part::Confidence {
        let mut columns = vec![words("CONFIDENCE", Room::Fixed(10)), number("CASES", 6)];
        if width >= NARROW {
            columns.push(number("MEAN", 6));
        }
        columns.extend([number("RIGHT", 7), number("RIGHT 95 %", 10)]);
        return columns;
    }
    let title = if part == Part::Tools { "TOOL" } else { "RULE" };
    let mut columns = vec![words(title, Room::Share(1)), number("CASES", 6)];
    let rate = |columns: &mut Vec<Column>, title, interval, from: usize| {
        columns.push(number(title, 6));
        if width >= from {
            columns.push(number(interval, 9));
        }
    };
    if width >= NARROW {
        rate(&mut columns, "AGREE", "AGREE 95 %", WIDE);
    }
    rate(&mut columns, "FP OK", "FP 95 %", NARROW);
    rate(&mut columns, "MISSED", "MISS 95 %", NARROW);
    columns
}

/// How many cases a row has, and what stands below which title.
type Numbers = (u64, Vec<(&'static str, String)>);

/// The row of this index; none past the last one.
pub(super) fn row(part: Part, measured: &Agreement, at: usize) -> Option<Numbers> {
    Some(match part {
        Part::Tools => {
            let tool = measured.by_tool.get(at)?;
            of_rates(tool.tool.one_line().into_owned(), &tool.rates)
        }
        Part::Rules => {
            let rule = measured.by_rule.get(at)?;
            of_rates(format!("{} {}", rule.tool.one_line(), rule.rule_id.one_line()), &rule.rates)
        }
        Part::Confidence => of_bin(measured.calibration.get(at)?),
    })
}

fn of_rates(name: String, rates: &Rates) -> Numbers {
    let Rates { agreement, fp_precision, missed_tp, .. } = rates;
    let texts = vec![
        ("TOOL", name.clone()),
        ("RULE", name),
        ("CASES", grouped(rates.n)),
        ("AGREE", rounded(agreement)),
        ("AGREE 95 %", interval(agreement)),
        ("FP OK", rounded(fp_precision)),
        ("FP 95 %", interval(fp_precision)),
        ("MISSED", rounded(missed_tp)),
        ("MISS 95 %", interval(missed_tp)),
    ];
    (rates.n, texts)
}

fn of_bin(bin: &Bin) -> Numbers {
    let texts = vec![
        ("CONFIDENCE", format!("{:.1} to {:.1}", bin.from, bin.to)),
        ("CASES", grouped(bin.right.n)),
        ("MEAN", bin.mean_confidence.map_or("-".to_owned(), |mean| format!("{mean:.2}"))),
        ("RIGHT", rounded(&bin.right)),
        ("RIGHT 95 %", interval(&bin.right)),
    ];
    (bin.right.n, texts)
}

/// `85.0 %`, or that there is no case.
pub(super) fn percent(rate: &Rate) -> String {
    rate.rate.map_or("-".to_owned(), |rate| format!("{:.1} %", rate * 100.0))
}

/// `85 %`: where many stand in a row.
fn rounded(rate: &Rate) -> String {
    rate.rate.map_or("-".to_owned(), |rate| format!("{:.0} %", rate * 100.0))
}

/// `77 to 91`
pub(super) fn interval(rate: &Rate) -> String {
    rate.low.zip(rate.high).map_or("-".to_owned(), |(low, high)| {
        // Outwards, so that an interval is never told narrower than it is.
        format!("{:.0} to {:.0}", (low * 100.0).floor(), (high * 100.0).ceil())
    })
}

/// `76.7 to 90.7`
pub(super) fn exact_interval(rate: &Rate) -> String {
    let ends = rate.low.zip(rate.high);
    ends.map_or("-".to_owned(), |(low, high)| format!("{:.1} to {:.1}", low * 100.0, high * 100.0))
}

/// A number as people read it: `3,041`.
pub(super) fn grouped(number: u64) -> String {
    crate::triage::store::findings::Count::Exactly(number).to_string()
}

/// `1 case`, `2 cases`.
pub(super) fn counted(number: u64, noun: &str) -> String {
    format!("{} {noun}{}", grouped(number), if number == 1 { "" } else { "s" })
}

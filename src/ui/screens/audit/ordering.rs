//! A compliance report asked for in a form: which controls, of which period, into which file.

use super::state::{Audit, Layer};
use super::wish::Wish;
use crate::audit::report::{Edge, Form as FileForm, ReportType};
use crate::ids::DeedKey;
use crate::ui::app::JobDeed;
use crate::ui::screen::{Ask, Tone, toast};
use crate::ui::widgets::form::{Field, Form};
use crate::ui::widgets::prompt::Prompt;
use chrono::{DateTime, Datelike, Days, NaiveDate, Utc};
use std::path::PathBuf;

/// A report that is asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Order {
    /// Which controls.
    pub report_type: ReportType,
    /// From when on, included.
    pub from: DateTime<Utc>,
    /// Until when, excluded.
    pub to: DateTime<Utc>,
    /// Which entries, as the filter is typed; empty for all.
    pub query: String,
    /// The file beside the row in the database; its name tells the form.
    pub file: Option<PathBuf>,
    /// The deed: asked for twice, it is filed once.
    pub key: DeedKey,
}

const TYPE: &str = "type";
const FROM: &str = "from";
const TO: &str = "to";
const FILE: &str = "file";
const TIME_CHARS_MAX: usize = 40;
const PATH_CHARS_MAX: usize = 1_000;

type Asks = Vec<Ask<Wish>>;

impl Audit {
    /// Opens the form; it begins with the last month that has ended.
    pub(super) fn open_order(&mut self) -> Asks {
        let (from, to) = last_month(self.now.date_naive());
        let field = |label, text: String, recent: &[&str], chars_max| {
            let recent = recent.iter().map(|&word| word.to_owned()).collect();
            Field { label, prompt: Prompt::new(&text, recent, chars_max) }
        };
        let file = format!("report-{from}-{to}.md");
        self.layer = Layer::Order(Box::new(Form::new(vec![
            field(TYPE, "soc2".to_owned(), &["soc2", "iso27001", "custom"], 20),
            field(FROM, from.to_string(), &[], TIME_CHARS_MAX),
            field(TO, to.to_string(), &[], TIME_CHARS_MAX),
            field(FILE, file, &[], PATH_CHARS_MAX),
        ])));
        Vec::new()
    }

    /// Enter on the last line: begins, unless something is wrong.
    pub(super) fn confirm_order(&mut self) -> Asks {
        let filter = self.filter.in_force().to_owned();
        let Layer::Order(form) = &mut self.layer else { return Vec::new() };
        match order(form, filter) {
            Ok(order) => {
                self.layer = Layer::None;
                let what = "the report is being made; J shows how far, w then opens its sample";
                vec![Ask::Start(JobDeed::Report(Box::new(order))), toast(Tone::Plain, what)]
            }
            Err((label, what)) => {
                form.complain(label, what);
                Vec::new()
            }
        }
    }

    /// What stands behind the lines of the form.
    pub(super) fn order_notes(&self) -> [(&'static str, String); 4] {
        let of = match self.filter.in_force() {
            "" => "soc2, iso27001 or custom".to_owned(),
            filter => format!("soc2, iso27001 or custom: {filter}"),
        };
        [
            (TYPE, of),
            (FROM, "a day, or a time as in 2026-01-31T08:00:00Z".to_owned()),
            (TO, "a day is included whole".to_owned()),
            (FILE, ".json .md or .html; empty for none".to_owned()),
        ]
    }
}

/// What the form asks for; else which line is wrong, and why.
fn order(form: &Form, filter: String) -> Result<Order, (&'static str, String)> {
    let wrong = |label: &'static str, what: &str| (label, what.to_owned());
    let report_type = ReportType::of_word(form.text(TYPE).trim())
        .ok_or_else(|| wrong(TYPE, "one of soc2, iso27001 and custom is wanted"))?;
    let time = |label, edge: Edge| {
        let named = edge.named(form.text(label));
        named.ok_or_else(|| wrong(label, "a day is wanted, as in 2026-01-31, or a time"))
    };
    let (from, to) = (time(FROM, Edge::From)?, time(TO, Edge::To)?);
    if from >= to {
        return Err(wrong(TO, "the period ends before it begins"));
    }
    let file = Some(form.text(FILE).trim()).filter(|text| !text.is_empty()).map(PathBuf::from);
    if file.as_deref().is_some_and(|path| FileForm::of_file(path).is_none()) {
        return Err(wrong(FILE, "the name has to end in .json, .md or .html"));
    }
    // A report of SOC 2 or ISO 27001 is over all entries of its period.
    let query = if report_type == ReportType::Custom { filter } else { String::new() };
    Ok(Order { report_type, from, to, query, file, key: DeedKey::fresh() })
}

/// The first and the last day of the month before the one of `today`.
fn last_month(today: NaiveDate) -> (NaiveDate, NaiveDate) {
    let first = |day: NaiveDate| day.with_day(1).unwrap_or(day);
    let last = first(today).checked_sub_days(Days::new(1)).unwrap_or(today);
    (first(last), last)
}

//! The lines of the detail, from the top: when and who, what holds and what does not, what it speaks of,
//! the payload, every column, the neighbours, who may write.
//!
//! What the row already knows comes first, so that nothing moves when the rest arrives.

use super::lines::{DetailLine, Leads, LineWriter, WRAPPED_MAX};
use super::state::Beside;
use crate::audit::detail::{Detail, Payload};
use crate::audit::entry::Listed;
use crate::audit::examine::{Check, Standing};
use crate::audit::payload::{Rest, Subject, Tree, Value};
use crate::audit::store::stored::Writers;
use crate::ids::EntrySeq;
use crate::text::SafeText;
use crate::ui::list_detail::load::Load;
use crate::ui::list_detail::shown::Shown as ShownOf;
use crate::ui::screen::{Clock, Look};
use crate::ui::widgets::cells::{self, Keep};
use crate::ui::widgets::when;
use ratatui::style::Style;
use ratatui::text::{Line, Span};

/// Cells by which a level of the payload is indented, and the deepest that is.
const INDENT: usize = 2;
const INDENTED_MAX: usize = 12;

/// The entry of the detail.
type Shown = ShownOf<EntrySeq, Detail, Beside>;

/// The lines for `width` cells.
pub(super) fn lines(shown: &Shown, width: usize, look: &Look<'_>) -> Vec<DetailLine> {
    let Some(row) = &shown.own.row else { return Vec::new() };
    let mut writer = LineWriter::new(width, look);
    writer.head(row, shown.detail.as_deref());
    if let Load::Failed(failure) = &shown.load {
        let text = format!("{} {}; R tries again", look.theme.symbols.cross, failure.what);
        writer.part("", &text, look.theme.bad);
    }
    match &shown.detail {
        Some(detail) => writer.detail(detail, shown),
        None if shown.load == Load::Asked => {
            writer.part("", &format!("recomputing{}", look.theme.symbols.ellipsis), look.theme.dim);
        }
        None => {}
    }
    writer.lines
}

impl LineWriter<'_> {
    fn detail(&mut self, detail: &Detail, shown: &Shown) {
        let theme = self.look.theme;
        self.checks(&detail.checks);
        if let Some(subject) = &detail.subject {
            let text = match subject {
                Subject::Finding(id) => format!("finding #{id}"),
                Subject::Scans(ids) if ids.len() == 1 => format!("scan {}", ids[0]),
                Subject::Scans(ids) => {
                    format!("scans {}", ids.iter().map(i64::to_string).collect::<Vec<_>>().join(", "))
                }
            };
            self.leading("about", &format!("{text}   o opens it"), theme.text, Leads::Subject);
        }
        match &detail.payload {
            Payload::Tree(tree) => self.tree(tree, shown),
            Payload::TooLarge(bytes) => {
                let text = format!("{bytes} bytes: larger than an entry may be, and not shown");
                self.part("payload", &text, theme.bad);
            }
            Payload::Null => self.part("payload", "NULL, which no entry's is", theme.bad),
        }
        self.columns(detail);
        self.neighbours(detail);
        if let Some(writers) = &detail.writers {
            self.writers(writers);
        }
    }

    /// When, by whom; the microseconds once they are here.
    fn head(&mut self, row: &Listed, detail: Option<&Detail>) {
        let theme = self.look.theme;
        let at = match (detail.and_then(|detail| detail.column("occurred_at")), row.occurred_at) {
            (Some(at), _) => at.one_line().into_owned(),
            (None, Some(at)) => at.format("%Y-%m-%dT%H:%M:%S%.6fZ").to_string(),
            (None, None) => theme.symbols.none.to_owned(),
        };
        let kind = detail.and_then(|detail| detail.column("actor_type"));
        let kind = kind.map_or_else(String::new, |kind| format!(", {}", kind.one_line()));
        let by = format!("{}{kind}", row.by());
        let room = self.width.saturating_sub(cells::width(&at) + 4);
        if room >= 12 {
            let by = cells::fit(&by, room, Keep::Start, theme.symbols.ellipsis).into_owned();
            self.push(vec![Span::styled(format!(" {at}  "), theme.text), Span::styled(by, theme.strong)]);
        } else {
            self.part("", &at, theme.text);
            self.part("", &by, theme.strong);
        }
        if let (Clock::Local, Some(at)) = (self.look.clock, row.occurred_at) {
            let text = format!("{} in local time", when::moment(at, Clock::Local));
            self.part("", &text, theme.dim);
        }
    }

    /// All of them in a word each, and those that do not hold in full.
    fn checks(&mut self, checks: &[Check]) {
        let theme = self.look.theme;
        let mut spans: Vec<Span<'static>> = vec![Span::raw(" ")];
        let mut used = 1;
        for check in checks {
            let (symbol, style) = self.mark(check.standing);
            let text = format!("{symbol} {}  ", check.field.title());
            if used + cells::width(&text) > self.width && used > 1 {
                self.push(std::mem::replace(&mut spans, vec![Span::raw(" ")]));
                used = 1;
            }
            used += cells::width(&text);
            spans.push(Span::styled(text, style));
        }
        self.push(spans);
        for check in checks.iter().filter(|check| check.standing == Standing::Broken) {
            let text = format!("{} {}: {}", theme.symbols.cross, check.field.title(), check.said);
            self.part("", &text, theme.bad);
        }
    }

    fn mark(&self, standing: Standing) -> (&'static str, Style) {
        let theme = self.look.theme;
        match standing {
            Standing::Holds => (theme.symbols.check, theme.good),
            Standing::Broken => (theme.symbols.cross, theme.bad),
            Standing::Unknown => (theme.symbols.none, theme.dim),
        }
    }

    fn tree(&mut self, tree: &Tree, shown: &Shown) {
        let theme = self.look.theme;
        self.push(vec![Span::styled(" payload", theme.dim)]);
        let mut at = 0;
        while let Some(line) = tree.lines.get(at) {
            let indent = 1 + INDENT * line.depth.min(INDENTED_MAX);
            let key = line.key.as_ref().map_or_else(String::new, |key| format!("{}: ", key.one_line()));
            let is_folded = shown.own.folded.contains(&at);
            let (text, style, leads) = match &line.value {
                Value::Scalar(text) => (format!("  {key}{}", text.one_line()), theme.text, Leads::Nowhere),
                Value::Object(0) => (format!("  {key}{{}}"), theme.text, Leads::Nowhere),
                Value::Array(0) => (format!("  {key}[]"), theme.text, Leads::Nowhere),
                Value::Object(count) => {
                    let fold = self.fold(is_folded);
                    (format!("{fold} {key}{{{count}}}"), theme.strong, Leads::Fold(at))
                }
                Value::Array(count) => {
                    let fold = self.fold(is_folded);
                    (format!("{fold} {key}[{count}]"), theme.strong, Leads::Fold(at))
                }
            };
            let room = self.width.saturating_sub(indent + 1);
            for (n, wrapped) in
                cells::wrap(&text, room, WRAPPED_MAX, theme.symbols.ellipsis).into_iter().enumerate()
            {
                // A text that goes on stands below its beginning.
                let further = if n > 0 { 2 } else { 0 };
                let blank = " ".repeat((indent + further).min(self.width));
                let leads = if n == 0 { leads } else { Leads::Nowhere };
                self.lines.push(DetailLine {
                    line: Line::from(vec![Span::raw(blank), Span::styled(wrapped, style)]),
                    leads,
                });
            }
            at = if is_folded { line.end } else { at + 1 };
        }
        match tree.rest {
            Rest::Nothing => {}
            Rest::TooMany => self.part("", "more lines follow, which are not shown", theme.warn),
            Rest::NotJson => self.part("", "from here on it is no JSON", theme.bad),
        }
    }

    fn fold(&self, is_folded: bool) -> &'static str {
        if is_folded { self.look.theme.symbols.arrow } else { self.look.theme.symbols.down }
    }

    fn columns(&mut self, detail: &Detail) {
        let theme = self.look.theme;
        self.push(vec![Span::styled(" columns", theme.dim)]);
        for (name, value) in &detail.columns {
            let (text, style) = match value {
                Some(value) => (value.one_line().into_owned(), theme.text),
                None => ("NULL".to_owned(), theme.dim),
            };
            self.column(name, &text, style);
        }
        self.push(vec![Span::styled(" recomputed", theme.dim)]);
        for check in &detail.checks {
            let (symbol, style) = self.mark(check.standing);
            self.column(check.field.title(), &format!("{symbol} {}", check.said), style);
        }
    }

    fn neighbours(&mut self, detail: &Detail) {
        let theme = self.look.theme;
        for (label, listed) in [("before", &detail.before), ("behind", &detail.behind)] {
            match listed {
                Some(listed) => {
                    let at = listed.occurred_at.map_or_else(String::new, |at| when::moment(at, Clock::Utc));
                    let text =
                        format!("{}  {at}  {}  {}", listed.seq, listed.event_type.one_line(), listed.by());
                    self.leading(label, &text, theme.text, Leads::Entry(listed.seq));
                }
                None => {
                    let text =
                        if label == "before" { "the chain begins here" } else { "the chain ends here" };
                    self.part(label, text, theme.dim);
                }
            }
        }
    }

    fn writers(&mut self, writers: &Writers) {
        let theme = self.look.theme;
        let named = |names: &[SafeText]| match names {
            [] => "nobody".to_owned(),
            names => names.iter().map(|name| name.one_line()).collect::<Vec<_>>().join(", "),
        };
        let may = format!("members of {}: {}", named(&writers.roles), named(&writers.logins));
        self.part("may append", &may, theme.text);
        self.part("past it", &format!("{} (superusers, owners)", named(&writers.unbound)), theme.text);
    }
}

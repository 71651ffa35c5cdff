//! The lines of a plan: from what to what, field by field, and what is left as it is.

use super::detail_lines::shown;
use super::reviewing::counted;
use super::state::Review;
use crate::drift::document::Json;
use crate::drift::schema::Tier;
use crate::text::visible;
use crate::ui::screen::Look;
use crate::ui::widgets::cells;
use crate::ui::widgets::when;
use ratatui::style::Style;
use ratatui::text::{Line, Span};

/// Lines that a value may take.
const WRAPPED_MAX: usize = 60;

/// The lines of a plan, for a detail of `width` cells.
pub(super) fn lines(review: &Review, width: usize, look: &Look<'_>) -> Vec<Line<'static>> {
    let theme = look.theme;
    let symbols = theme.symbols;
    let mut page =
        Page { lines: Vec::new(), width: width.saturating_sub(3).max(16), ellipsis: symbols.ellipsis };
    let plan = &review.plan;
    let head = format!(
        "{} in {} would be changed on GitHub; made {}",
        counted(plan.fields(), "field", "fields"),
        counted(plan.correctable(), "repository", "repositories"),
        when::moment(plan.made_at, look.clock)
    );
    page.text("", &head, theme.strong, theme.dim);
    page.text("hash  ", review.hash.as_str(), theme.dim, theme.dim);
    for repo in &plan.repos {
        page.text("", &visible(&repo.repo), theme.accent, theme.dim);
        for field in &repo.fields {
            let (symbol, style) = match field.tier {
                Tier::Critical => (symbols.up, theme.bad),
                Tier::Normal => (symbols.square, theme.warn),
                Tier::Low => (symbols.dot, theme.dim),
            };
            page.text(&format!("  {symbol} "), &visible(&field.path.to_string()), theme.text, style);
            page.value("      from  ", field.from.as_ref(), theme.text, look);
            page.value("      to    ", field.to.as_ref(), theme.good, look);
        }
        for left in &repo.left {
            let text = format!("{} stays: {}", left.path, left.why);
            page.text(&format!("  {} ", symbols.none), &visible(&text), theme.dim, theme.dim);
        }
    }
    page.lines
}

struct Page {
    lines: Vec<Line<'static>>,
    width: usize,
    ellipsis: &'static str,
}

impl Page {
    /// A value, all of it: what is applied is what was read.
    fn value(&mut self, name: &str, value: Option<&Json>, style: Style, look: &Look<'_>) {
        match value {
            Some(Json::Object(fields)) if !fields.is_empty() => {
                for (at, (entry, value)) in fields.iter().enumerate() {
                    let name = if at == 0 { name.to_owned() } else { " ".repeat(cells::width(name)) };
                    let text = format!("{}: {}", visible(entry), shown(Some(value), look.theme.symbols.none));
                    self.text(&name, &text, style, look.theme.dim);
                }
            }
            value => self.text(name, &shown(value, look.theme.symbols.none), style, look.theme.dim),
        }
    }

    fn text(&mut self, name: &str, text: &str, style: Style, of_name: Style) {
        let indent = cells::width(name);
        let room = self.width.saturating_sub(indent).max(8);
        for (at, part) in cells::wrap(text, room, WRAPPED_MAX, self.ellipsis).into_iter().enumerate() {
            let name = if at == 0 { name.to_owned() } else { " ".repeat(indent) };
            let spans = vec![Span::raw("  "), Span::styled(name, of_name), Span::styled(part, style)];
            self.lines.push(Line::from(spans));
        }
    }
}

//! Draws what lies over the screen: the prompts, the editor, the questions.

use super::attend_view::{draw_form, draw_held};
use super::state::{CommentEditor, ConflictPanel, Findings, Layer};
use crate::triage::feedback::Conflict;
use crate::triage::finding::Verdict;
use crate::ui::screen::Look;
use crate::ui::widgets::cells::{self, Keep};
use crate::ui::widgets::prompt::draw_rule;
use crate::ui::widgets::when;
use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use ratatui::style::Style;
use ratatui::widgets::{Clear, Widget};

/// Lines that the sides of a conflict take: rule, two for each side, keys.
pub const CONFLICT_HEIGHT: u16 = 6;
/// Lines that the question about a lost answer takes.
pub const UNSURE_HEIGHT: u16 = 4;

impl Findings {
    /// Draws what is open, and gives the place of the cursor in it.
    pub(super) fn draw_panel(&self, area: Rect, buffer: &mut Buffer, look: &Look<'_>) -> Option<Position> {
        if area.height == 0 {
            return None;
        }
        Clear.render(area, buffer);
        let theme = look.theme;
        match &self.layer {
            Layer::None => None,
            Layer::Reason(reason) => {
                let keys = fitting(
                    &[
                        "Enter decides   Up earlier reasons   Esc keeps the text as a draft",
                        "Enter decides  Up earlier  Esc keeps",
                    ],
                    area,
                );
                let about = reason.choice.decided(reason.verdict.word());
                reason.prompt.draw(&about, "reason", keys, area, buffer, theme)
            }
            Layer::Jump(jump) => jump.draw("jump", "#", "Enter jumps   Esc closes", area, buffer, theme),
            Layer::Attend(open) => draw_form(open, area, buffer, look),
            Layer::Held(panel) => {
                draw_held(panel, area, buffer, look);
                None
            }
            Layer::Arrange(open) => self.draw_arrange(open, area, buffer, look),
            Layer::Comment(comment) => draw_editor(comment, area, buffer, look),
            Layer::Conflict(panel) => {
                draw_conflict(panel, area, buffer, look);
                None
            }
            Layer::Unsure => {
                self.draw_unsure(area, buffer, look);
                None
            }
        }
    }

    fn draw_unsure(&self, area: Rect, buffer: &mut Buffer, look: &Look<'_>) {
        let Some(deed) = self.unsure.front() else { return };
        draw_rule(&format!("not confirmed: {}", deed.about), area, buffer, look.theme);
        let what = deed.failure.as_ref().map_or("", |failure| failure.what.as_str());
        put(1, what, look.theme.bad, area, buffer, look);
        let kept = fitting(
            &[
                "The text is kept. Sent again, it is done once, even if the first one arrived.",
                "Sent again, it is done only once.",
            ],
            area,
        );
        put(2, kept, look.theme.text, area, buffer, look);
        let keys = fitting(
            &["Enter sends again   Esc leaves it as a draft", "Enter sends again   Esc leaves it"],
            area,
        );
        put(3, keys, look.theme.dim, area, buffer, look);
    }
}

fn draw_editor(
    comment: &CommentEditor,
    area: Rect,
    buffer: &mut Buffer,
    look: &Look<'_>,
) -> Option<Position> {
    let theme = look.theme;
    draw_rule(&format!("comment on {}", comment.about), area, buffer, theme);
    let (keys, style) = match &comment.complaint {
        Some(complaint) => (complaint.clone(), theme.bad),
        None => {
            let room = comment.editor.room();
            let left = if room < 1_000 { format!("   {room} characters left") } else { String::new() };
            let keys = fitting(
                &[
                    "Ctrl-d saves   Esc keeps the text as a draft   Ctrl-_ undoes   Ctrl-t $EDITOR",
                    "Ctrl-d saves   Esc keeps the text as a draft   Ctrl-_ undoes",
                    "Ctrl-d saves   Esc keeps a draft",
                ],
                area,
            );
            (format!("{keys}{left}"), theme.dim)
        }
    };
    let text = Rect {
        x: area.x + 1,
        y: area.y + 1,
        width: area.width.saturating_sub(2),
        height: area.height.saturating_sub(2),
    };
    comment.editor.draw(text, buffer, theme);
    put(area.height.saturating_sub(1), &keys, style, area, buffer, look);
    None
}

fn draw_conflict(panel: &ConflictPanel, area: Rect, buffer: &mut Buffer, look: &Look<'_>) {
    let Some(conflict) = panel.conflicts.first() else { return };
    let theme = look.theme;
    let others = match panel.conflicts.len() - 1 {
        0 => String::new(),
        others => format!(", and {others} more"),
    };
    let title = format!("#{}{others}: decided meanwhile, mine is not written", conflict.finding);
    draw_rule(&title, area, buffer, theme);
    let (mut mine, theirs) = sides(conflict, look);
    if let super::wish::Wish::Attend(_) = &panel.deed.wish {
        mine = panel.deed.about.clone();
    }
    let room = usize::from(area.width).saturating_sub(10);
    let mut line = 1;
    for (label, side, style) in [("mine", mine, theme.text), ("theirs", theirs, theme.strong)] {
        for (at, text) in cells::wrap(&side, room, 2, theme.symbols.ellipsis).iter().enumerate() {
            let label = if at == 0 { label } else { "" };
            put(line, &format!("{label:<8}{text}"), style, area, buffer, look);
            line += 1;
        }
    }
    let keys = fitting(
        &[
            "m puts mine on top   k keeps theirs   Esc keeps my text as a draft",
            "m mine on top  k theirs  Esc draft",
        ],
        area,
    );
    put(CONFLICT_HEIGHT - 1, keys, theme.dim, area, buffer, look);
}

/// Both sides of a conflict, a line each.
fn sides(conflict: &Conflict, look: &Look<'_>) -> (String, String) {
    let quoted = |reason: &Option<crate::text::SafeText>| {
        reason.as_ref().map_or_else(String::new, |reason| format!(" \"{}\"", reason.one_line()))
    };
    let mine = &conflict.mine;
    let theirs = &conflict.theirs;
    let who = theirs.actor.as_ref().map_or_else(String::new, |actor| format!("  {}", actor.one_line()));
    let at = theirs.at.map_or_else(String::new, |at| format!("  {}", when::moment(at, look.clock)));
    (
        format!("{}{}", mine.verdict.map_or("take back", Verdict::word), quoted(&mine.reason)),
        format!("{}{who}{at}{}", theirs.verdict.map_or("no verdict", Verdict::word), quoted(&theirs.reason)),
    )
}

/// The first of `texts` that fits into a line of a panel, else the last.
pub(super) fn fitting<'t>(texts: &[&'t str], area: Rect) -> &'t str {
    let room = usize::from(area.width).saturating_sub(2);
    texts.iter().find(|text| cells::width(text) <= room).or(texts.last()).copied().unwrap_or("")
}

/// A line of a panel.
pub(super) fn put(line: u16, text: &str, style: Style, area: Rect, buffer: &mut Buffer, look: &Look<'_>) {
    if line < area.height {
        let room = usize::from(area.width).saturating_sub(2);
        let text = cells::fit(text, room, Keep::Start, look.theme.symbols.ellipsis);
        buffer.set_stringn(area.x + 1, area.y + line, &text, room, style);
    }
}

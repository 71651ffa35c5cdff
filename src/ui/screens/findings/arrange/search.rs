//! The search within the detail: every place that holds the words, and the way from one to the next.
//!
//! Lines are wrapped for the width, so words are looked for across line ends: a line end and the space
//! around it count as one space.

use super::super::detail_view::Lines;
use super::super::state::{Findings, Focus, Layer};
use super::super::wish::Wish;
use super::Arrange;
use crate::ui::list_detail::cursor::Way;
use crate::ui::screen::{Ask, Tone, toast};
use crate::ui::widgets::prompt::Prompt;
use ratatui::style::{Modifier, Style};
use ratatui::text::{Line, Span};
use std::ops::Range;

/// Characters of the words.
const CHARS_MAX: usize = 200;
/// Places that are found at most.
const HITS_MAX: usize = 1_000;

/// What is looked for, and which place one is at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Search {
    /// The words.
    pub words: String,
    /// The place, from 0.
    pub at: usize,
}

/// A place: the pieces of lines that it covers.
type Hit = Vec<(usize, Range<usize>)>;

impl Findings {
    /// Opens the line for the words.
    pub(in super::super) fn open_search(&mut self) -> Vec<Ask<Wish>> {
        let asks = if self.focus == Focus::Detail { Vec::new() } else { self.focus_detail() };
        if self.focus == Focus::Detail {
            let words = self.search.as_ref().map_or("", |search| search.words.as_str());
            let earlier = if words.is_empty() { Vec::new() } else { vec![words.to_owned()] };
            self.layer = Layer::Arrange(Arrange::Search(Prompt::new("", earlier, CHARS_MAX)));
        }
        asks
    }

    /// Enter in the line: to the first place from the top of what is shown.
    pub(super) fn search(&mut self, words: &str) -> Vec<Ask<Wish>> {
        let words = words.trim().to_owned();
        self.close_arrange();
        if words.is_empty() {
            self.search = None;
            return Vec::new();
        }
        let hits = hits(&self.detail_lines(), &words);
        let at = hits.iter().position(|hit| hit[0].0 >= self.shown.scroll).unwrap_or(0);
        self.search = Some(Search { words: words.clone(), at });
        if hits.is_empty() {
            self.search = None;
            return vec![toast(Tone::Plain, format!("{words} does not stand in this detail"))];
        }
        self.show_hit(&hits);
        Vec::new()
    }

    /// To the next place or the one before, round the ends.
    pub(in super::super) fn next_hit(&mut self, way: Way) -> Vec<Ask<Wish>> {
        let Some(search) = &self.search else { return Vec::new() };
        let hits = hits(&self.detail_lines(), &search.words);
        if hits.is_empty() {
            return vec![toast(Tone::Plain, format!("{} does not stand in this detail", search.words))];
        }
        let at = search.at.min(hits.len() - 1);
        let at = match way {
            Way::Down => (at + 1) % hits.len(),
            Way::Up => (at + hits.len() - 1) % hits.len(),
        };
        self.search = self.search.take().map(|search| Search { at, ..search });
        self.show_hit(&hits);
        Vec::new()
    }

    /// Whether n and N go from place to place.
    pub(in super::super) fn is_searching(&self) -> bool {
        self.focus == Focus::Detail && self.search.is_some()
    }

    /// Scrolls so that the place is in sight, with lines around it.
    fn show_hit(&mut self, hits: &[Hit]) {
        let Some(hit) = self.search.as_ref().and_then(|search| hits.get(search.at)) else { return };
        let (height, _) = self.detail_size();
        let line = hit[0].0;
        if line < self.shown.scroll || line + 1 >= self.shown.scroll + height {
            self.shown.scroll = line.saturating_sub(height / 3).min(self.detail_scroll_max());
        }
    }
}

impl Search {
    /// Marks the places in `lines`: underlined, and the one that one is at reversed, which holds without
    /// colours too. Gives how many there are.
    pub fn mark(&self, lines: &mut Lines) -> usize {
        let hits = hits(lines, &self.words);
        let at = self.at.min(hits.len().saturating_sub(1));
        for (number, hit) in hits.iter().enumerate() {
            let modifier =
                if number == at { Modifier::REVERSED | Modifier::BOLD } else { Modifier::UNDERLINED };
            for (line, range) in hit {
                lines[*line] = marked(&lines[*line], range, Style::new().add_modifier(modifier));
            }
        }
        hits.len()
    }
}

/// The places that hold `words`; the letter case counts where a capital was typed.
fn hits(lines: &Lines, words: &str) -> Vec<Hit> {
    let exact = words.chars().any(char::is_uppercase);
    let fold = |c: char| if exact { c } else { c.to_lowercase().next().unwrap_or(c) };
    // All characters with the place of each; runs of space are one, and so are line ends.
    let mut text: Vec<(char, usize, usize)> = Vec::new();
    for (at, line) in lines.iter().enumerate() {
        let mut byte = 0;
        for c in line.spans.iter().flat_map(|span| span.content.chars()) {
            let last_is_space = text.last().is_none_or(|(c, ..)| *c == ' ');
            if !c.is_whitespace() {
                text.push((fold(c), at, byte));
            } else if !last_is_space {
                text.push((' ', at, byte));
            }
            byte += c.len_utf8();
        }
        if text.last().is_some_and(|(c, ..)| *c != ' ') {
            text.push((' ', at, byte));
        }
    }
    let wanted: Vec<char> =
        words.split_whitespace().collect::<Vec<_>>().join(" ").chars().map(fold).collect();
    let mut found = Vec::new();
    let mut from = 0;
    while !wanted.is_empty() && from + wanted.len() <= text.len() && found.len() < HITS_MAX {
        let here = &text[from..from + wanted.len()];
        if here.iter().map(|(c, ..)| c).eq(&wanted) {
            found.push(pieces(here));
            from += wanted.len();
        } else {
            from += 1;
        }
    }
    found
}

/// The pieces of lines that some characters cover, from the first to the last of each line.
fn pieces(characters: &[(char, usize, usize)]) -> Hit {
    let mut pieces: Hit = Vec::new();
    for (c, line, byte) in characters {
        match pieces.last_mut() {
            Some((last, range)) if last == line => range.end = byte + c.len_utf8(),
            _ if *c == ' ' => {}
            _ => pieces.push((*line, *byte..byte + c.len_utf8())),
        }
    }
    pieces
}

/// The line with the bytes of `range` in another style. The ends are moved to whole characters: letters
/// may be longer in lower case.
fn marked(line: &Line<'static>, range: &Range<usize>, style: Style) -> Line<'static> {
    let mut spans = Vec::with_capacity(line.spans.len() + 2);
    let mut start = 0;
    for span in &line.spans {
        let text = span.content.as_ref();
        let inner = |byte: usize| {
            let mut at = byte.saturating_sub(start).min(text.len());
            while !text.is_char_boundary(at) {
                at += 1;
            }
            at
        };
        let (from, until) = (inner(range.start), inner(range.end));
        for (piece, extra) in
            [(&text[..from], None), (&text[from..until], Some(style)), (&text[until..], None)]
        {
            if !piece.is_empty() {
                let style = extra.map_or(span.style, |extra| span.style.patch(extra));
                spans.push(Span::styled(piece.to_owned(), style));
            }
        }
        start += text.len();
    }
    Line { spans, ..line.clone() }
}

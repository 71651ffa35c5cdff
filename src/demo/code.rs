//! A piece of code with the line that a scanner points at, and its repair.
//!
//! The templates write both in one text, a mark before each line: a space for a line that stays, `-` for
//! one that the repair removes, `+` for one that it adds, `!` for the line that the scanner points at where
//! the repair keeps it, `~` where the repair removes it and it is not the first such line.

use std::fmt::Write;

/// Lines around a change that a unified diff shows.
const CONTEXT: usize = 3;

/// A piece of code. Lines are counted from 0 in here.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Code {
    lines: Vec<(Mark, String)>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Mark {
    Stays,
    Goes,
    Comes,
    Pointed,
    PointedAndGoes,
}

impl Code {
    /// Reads a marked text; a mark that nobody knows is told.
    pub fn parse(marked: &str) -> Result<Code, String> {
        let mut lines = Vec::new();
        for line in marked.lines() {
            let mut chars = line.chars();
            let mark = match chars.next() {
                None | Some(' ') => Mark::Stays,
                Some('-') => Mark::Goes,
                Some('+') => Mark::Comes,
                Some('!') => Mark::Pointed,
                Some('~') => Mark::PointedAndGoes,
                Some(_) => return Err(format!("no mark before the line {line:?}")),
            };
            lines.push((mark, chars.as_str().to_owned()));
        }
        let code = Code { lines };
        if code.before().next().is_none() || code.pointed().is_none() {
            return Err(format!("no line is pointed at in {marked:?}"));
        }
        Ok(code)
    }

    /// The code as the scanner saw it.
    pub fn snippet(&self) -> String {
        let lines: Vec<&str> = self.before().map(|(_, text)| text).collect();
        lines.join("\n")
    }

    /// The lines that the scanner points at.
    pub fn pointed_lines(&self) -> String {
        let (first, last) = self.span();
        let lines: Vec<&str> =
            self.before().skip(first).take(last - first + 1).map(|(_, text)| text).collect();
        lines.join("\n")
    }

    /// How many lines the scanner saw.
    pub fn line_count(&self) -> usize {
        self.before().count()
    }

    /// The first and the last line that the scanner points at.
    pub fn span(&self) -> (usize, usize) {
        let first = self.pointed().unwrap_or(0);
        let more = self.before().skip(first + 1).take_while(|(mark, _)| *mark == Mark::Goes).count();
        let run = self.before().nth(first).is_some_and(|(mark, _)| mark == Mark::Goes);
        (first, if run { first + more } else { first })
    }

    /// The repair as a unified diff of `file`, in which the code begins at line `start`; none where the
    /// template knows no repair.
    pub fn patch(&self, file: &str, start: usize) -> Option<String> {
        let changes = |(mark, _): &(Mark, String)| !matches!(mark, Mark::Stays | Mark::Pointed);
        let first = self.lines.iter().position(changes)?;
        let last = self.lines.iter().rposition(changes)?;
        let from = first.saturating_sub(CONTEXT);
        let until = (last + CONTEXT + 1).min(self.lines.len());
        let hunk = &self.lines[from..until];
        let old = hunk.iter().filter(|(mark, _)| *mark != Mark::Comes).count();
        let new = hunk.iter().filter(|(mark, _)| !matches!(mark, Mark::Goes | Mark::PointedAndGoes)).count();
        let begin = start + from;
        let mut diff = format!("--- a/{file}\n+++ b/{file}\n@@ -{begin},{old} +{begin},{new} @@\n");
        for (mark, text) in hunk {
            let sign = match mark {
                Mark::Stays | Mark::Pointed => ' ',
                Mark::Goes | Mark::PointedAndGoes => '-',
                Mark::Comes => '+',
            };
            let _ = writeln!(diff, "{sign}{text}");
        }
        Some(diff)
    }

    fn before(&self) -> impl Iterator<Item = (Mark, &str)> {
        self.lines.iter().filter(|(mark, _)| *mark != Mark::Comes).map(|(mark, text)| (*mark, text.as_str()))
    }

    fn pointed(&self) -> Option<usize> {
        let explicit = |mark| matches!(mark, Mark::Pointed | Mark::PointedAndGoes);
        self.before()
            .position(|(mark, _)| explicit(mark))
            .or_else(|| self.before().position(|(mark, _)| mark == Mark::Goes))
    }
}

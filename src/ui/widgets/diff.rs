//! A unified diff, line by line, with what changed within a line.
//!
//! Patches come from machines and from strangers. One that does not keep to the form is shown as the
//! text that it is, and said to be broken: lines that look added and are not would mislead.

mod words;

/// The most lines of a patch that are looked at.
pub const LINES_MAX: usize = 2_000;

/// A line of a patch.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DiffLine {
    /// What it is.
    pub kind: Kind,
    /// The text, without its sign.
    pub text: String,
    /// For a line that replaces another: the bytes of the words that differ, in order. None where the line
    /// is another altogether.
    pub changed: Vec<(usize, usize)>,
}

/// What a line of a patch is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A file's name, or words around the patch.
    Header,
    /// Where a hunk stands.
    Hunk,
    /// A line that stays.
    Same,
    /// A line that comes.
    Added,
    /// A line that goes.
    Removed,
}

/// A patch that was read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Patch {
    /// It keeps to the form.
    Diff(Vec<DiffLine>),
    /// It does not, from this line on, counted from 1; the lines are text.
    Broken {
        /// The first line that breaks the form.
        line: usize,
        /// What is wrong.
        why: &'static str,
        /// All lines as they stand.
        text: Vec<String>,
    },
}

/// Reads a patch. At most [`LINES_MAX`] lines are read, the rest is left out.
pub fn read(patch: &str) -> Patch {
    let lines: Vec<&str> = patch.lines().take(LINES_MAX).collect();
    let is_cut = patch.lines().nth(LINES_MAX).is_some();
    match hunks(&lines, is_cut) {
        Ok(mut read) => {
            mark_changes(&mut read);
            Patch::Diff(read)
        }
        Err((line, why)) => Patch::Broken { line, why, text: lines.into_iter().map(str::to_owned).collect() },
    }
}

fn hunks(lines: &[&str], is_cut: bool) -> Result<Vec<DiffLine>, (usize, &'static str)> {
    let mut read = Vec::with_capacity(lines.len());
    // Lines that the hunk still owes: of the old file, of the new one.
    let (mut old, mut new) = (0_usize, 0_usize);
    let mut seen_hunk = false;
    for (at, line) in lines.iter().enumerate() {
        let number = at + 1;
        if old == 0 && new == 0 {
            if line.starts_with("@@") {
                (old, new) = hunk_sizes(line).ok_or((number, "the hunk's header cannot be read"))?;
                seen_hunk = true;
                read.push(DiffLine::of(Kind::Hunk, line));
            } else if seen_hunk && line.starts_with(['+', '-']) && !is_file_name(line) {
                return Err((number, "the hunk has more lines than its header says"));
            } else {
                read.push(DiffLine::of(Kind::Header, line));
            }
            continue;
        }
        let (kind, text) = match line.as_bytes().first() {
            Some(b'+') => (Kind::Added, &line[1..]),
            Some(b'-') => (Kind::Removed, &line[1..]),
            Some(b' ') => (Kind::Same, &line[1..]),
            // An editor that trims ends makes empty context lines wholly empty.
            None => (Kind::Same, *line),
            Some(b'\\') => {
                read.push(DiffLine::of(Kind::Header, line));
                continue;
            }
            Some(_) => return Err((number, "a line of a hunk begins with +, - or a space")),
        };
        let owed = match kind {
            Kind::Added => new.checked_sub(1).map(|new| (old, new)),
            Kind::Removed => old.checked_sub(1).map(|old| (old, new)),
            _ => old.checked_sub(1).zip(new.checked_sub(1)),
        };
        (old, new) = owed.ok_or((number, "the hunk has other lines than its header says"))?;
        read.push(DiffLine::of(kind, text));
    }
    match () {
        () if !seen_hunk => Err((1, "it has no hunk")),
        () if (old, new) != (0, 0) && !is_cut => Err((lines.len(), "the last hunk ends early")),
        () => Ok(read),
    }
}

fn is_file_name(line: &str) -> bool {
    line.starts_with("--- ") || line.starts_with("+++ ") || line == "---" || line == "-- "
}

/// The sizes of `@@ -1,2 +3,4 @@`.
fn hunk_sizes(line: &str) -> Option<(usize, usize)> {
    let inner = line.strip_prefix("@@ -")?.split(" @@").next()?;
    let (old, new) = inner.split_once(" +")?;
    let size = |range: &str| match range.split_once(',') {
        Some((start, size)) => start.parse::<usize>().ok().and(size.parse().ok()),
        None => range.parse::<usize>().ok().map(|_| 1),
    };
    line.ends_with("@@").then_some(()).or_else(|| line.contains(" @@").then_some(()))?;
    Some((size(old)?, size(new)?))
}

/// Marks what differs between lines that go and the lines that come in their place.
fn mark_changes(lines: &mut [DiffLine]) {
    let mut at = 0;
    while at < lines.len() {
        let run = |from: usize, kind| lines[from..].iter().take_while(|l| l.kind == kind).count();
        let removed = run(at, Kind::Removed);
        let added = run(at + removed, Kind::Added);
        for (old, new) in words::pairs(lines, at..at + removed, at + removed..at + removed + added) {
            let (gone, come) = words::difference(&lines[old].text, &lines[new].text);
            (lines[old].changed, lines[new].changed) = (gone, come);
        }
        at += (removed + added).max(1);
    }
}

impl DiffLine {
    fn of(kind: Kind, text: &str) -> Self {
        DiffLine { kind, text: text.to_owned(), changed: Vec::new() }
    }
}

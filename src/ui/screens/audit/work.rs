//! The sample of a report in the place of the list: walked from one entry that nobody has inspected to the
//! next, each looked at in the detail and noted.

use super::state::{Audit, Focus, Layer};
use super::wish::Wish;
use crate::audit::actions::Inspect;
use crate::audit::inspection::{FiledReport, Inspection, Item, Note, Standing, Worklist};
use crate::error::Error;
use crate::ids::{DeedKey, EntrySeq, ReportId};
use crate::text::visible;
use crate::ui::list_detail::cursor::{Cursor, Moved, Way};
use crate::ui::list_detail::load::Anew;
use crate::ui::screen::{Ask, Draft, Tone, toast};
use crate::ui::widgets::prompt::Prompt;

/// Where notes that were typed and not sent are kept.
const SLOT: &str = "audit/inspect/";

type Asks = Vec<Ask<Wish>>;

/// A sample, and where the cursor stands in it.
#[derive(Debug, Clone, PartialEq)]
pub struct Work {
    /// The sample.
    pub list: Worklist,
    /// Newer and older reports, the newest first.
    pub reports: Vec<FiledReport>,
    cursor: Cursor,
}

impl Work {
    /// A sample, the cursor on the first entry that nobody has inspected.
    pub fn new(list: Worklist, reports: Vec<FiledReport>) -> Self {
        let mut cursor = Cursor::default();
        cursor.follow(list.items.iter().position(|item| item.inspection.is_none()).unwrap_or(0));
        Work { list, reports, cursor }
    }

    /// The entry under the cursor.
    pub(super) fn selected(&self) -> Option<&Item> {
        self.list.items.get(self.cursor.at())
    }

    /// The index of the cursor.
    pub(super) fn cursor(&self) -> usize {
        self.cursor.at()
    }

    /// The first of `height` shown rows.
    pub(super) fn first_shown(&self, height: usize) -> usize {
        self.cursor.first_shown(height, self.list.items.len())
    }

    /// Moves the cursor; whether it moved.
    pub(super) fn go(&mut self, way: Way, by: usize, height: usize) -> Moved {
        self.cursor.go(way, by, height, self.list.items.len())
    }

    /// Takes the same sample as it is now; the entry under the cursor stays under it.
    fn renew(&mut self, list: Worklist, reports: Vec<FiledReport>) {
        let here = self.selected().map(|item| item.listed.seq);
        let at = list.items.iter().position(|item| Some(item.listed.seq) == here);
        self.cursor.follow(at.unwrap_or(0));
        (self.list, self.reports) = (list, reports);
    }

    fn put(&mut self, to: usize, height: usize) -> Moved {
        self.cursor.put(to, height, self.list.items.len())
    }

    /// The next entry that nobody has inspected.
    fn next_open(&self, way: Way) -> Option<usize> {
        let items = &self.list.items;
        let is_open = |at: usize| items.get(at).is_some_and(|item| item.inspection.is_none());
        self.cursor.next(way, items.len(), is_open)
    }

    fn inspected(&mut self, seq: EntrySeq, inspection: Inspection) {
        if let Some(item) = self.list.items.iter_mut().find(|item| item.listed.seq == seq) {
            item.inspection = Some(inspection);
        }
    }
}

impl Audit {
    /// Opens the sample of the newest report; from a sample, asks for the number of another report.
    pub(super) fn open_work(&mut self) -> Asks {
        match &self.work {
            None => vec![Ask::Do(Wish::Work(None))],
            Some(work) => {
                let others =
                    work.reports.iter().map(|report| report.id).filter(|id| *id != work.list.report.id);
                let recent = others.map(|id| id.to_string()).collect();
                self.layer = Layer::OtherReport(Prompt::new("", recent, 20));
                Vec::new()
            }
        }
    }

    /// Enter after the number of another report.
    pub(super) fn open_other(&mut self, text: &str) -> Asks {
        match text.trim().parse::<ReportId>() {
            Ok(id) if id.0 > 0 => {
                self.layer = Layer::None;
                vec![Ask::Do(Wish::Work(Some(id)))]
            }
            _ => {
                if let Layer::OtherReport(prompt) = &mut self.layer {
                    prompt.complain("the number of a report is wanted, as in 12".to_owned());
                }
                Vec::new()
            }
        }
    }

    /// A sample came.
    pub(super) fn work_came(
        &mut self,
        asked: Option<ReportId>,
        result: Result<Option<(Worklist, Vec<FiledReport>)>, Error>,
    ) -> Asks {
        let (list, reports) = match (result, asked) {
            (Ok(Some(came)), _) => came,
            (Ok(None), Some(id)) => return vec![toast(Tone::Bad, format!("there is no report {id}"))],
            (Ok(None), None) => {
                return vec![toast(
                    Tone::Plain,
                    "no report was filed yet; r makes one, and draws its sample",
                )];
            }
            (Err(error), _) => {
                let what = format!("the sample could not be read: {error}");
                return vec![toast(Tone::Bad, visible(&what).into_owned())];
            }
        };
        match &mut self.work {
            Some(work) if work.list.report.id == list.report.id => work.renew(list, reports),
            _ => {
                self.work = Some(Work::new(list, reports));
                self.focus = Focus::List;
            }
        }
        self.show_selected(Anew::Yes)
    }

    /// Back to all entries.
    pub(super) fn close_work(&mut self) -> Asks {
        self.work = None;
        self.focus = Focus::List;
        self.show_selected(Anew::No)
    }

    /// To the next entry that nobody has inspected.
    pub(super) fn next_uninspected(&mut self, way: Way) -> Asks {
        let height = self.list_height();
        let Some(work) = &mut self.work else { return Vec::new() };
        if let Some(at) = work.next_open(way) {
            let moved = work.put(at, height);
            return self.moved(moved);
        }
        let left = work.list.items.iter().filter(|item| item.inspection.is_none()).count();
        let here = work.selected().is_some_and(|item| item.inspection.is_none());
        let text = match (left, way) {
            (0, _) if work.list.items.is_empty() => "the sample is empty".to_owned(),
            (0, _) => format!("all {} are inspected", work.list.items.len()),
            (1, _) if here => "this is the only one that nobody has inspected".to_owned(),
            (_, Way::Down) => "none further down that nobody has inspected; N looks up".to_owned(),
            (_, Way::Up) => "none further up that nobody has inspected; n looks down".to_owned(),
        };
        vec![toast(Tone::Plain, text)]
    }

    /// Asks what was seen in the entry under the cursor.
    pub(super) fn open_inspect(&mut self) -> Asks {
        let Some(work) = &self.work else { return Vec::new() };
        let Some(item) = work.selected() else { return Vec::new() };
        let (report, seq) = (work.list.report.id, item.listed.seq);
        if item.inspection.is_some() {
            return vec![toast(Tone::Plain, "it was inspected already; that stays as it was said")];
        }
        if self.inspecting.contains(&(report, seq)) {
            return vec![toast(Tone::Plain, "that is being written already")];
        }
        let text = self.notes.get(&slot(report, seq)).cloned().unwrap_or_default();
        let recent = self.said.iter().cloned().collect();
        self.layer = Layer::Inspect(report, seq, Prompt::new(&text, recent, Note::BYTES_MAX));
        Vec::new()
    }

    /// Enter after a note: sends it, unless something is missing.
    pub(super) fn confirm_inspect(&mut self, text: &str) -> Asks {
        let Layer::Inspect(report, seq, prompt) = &mut self.layer else { return Vec::new() };
        let (report, seq) = (*report, *seq);
        let note = match Note::new(text) {
            Ok(note) => note,
            Err(error) => {
                prompt.complain(error.to_string());
                return Vec::new();
            }
        };
        self.layer = Layer::None;
        // Until the answer is here, what was typed is kept.
        self.notes.insert(slot(report, seq), text.to_owned());
        self.inspecting.push((report, seq));
        self.said.retain(|earlier| earlier != note.as_str());
        self.said.push_front(note.as_str().to_owned());
        self.said.truncate(super::state::SAID_MAX);
        let deed = Inspect { report, seq, note, key: DeedKey::fresh() };
        vec![Ask::Do(Wish::Inspect(Box::new(deed)))]
    }

    /// Takes what became of it; the cursor goes on where it still stands there.
    pub(super) fn inspected(&mut self, deed: &Inspect, result: Result<Inspection, Error>) -> Asks {
        let (report, seq) = (deed.report, deed.seq);
        self.inspecting.retain(|under_way| *under_way != (report, seq));
        let inspection = match result {
            Ok(inspection) => inspection,
            Err(error) => {
                let hint = error.hint_text().map_or_else(String::new, |hint| format!("; {hint}"));
                let what = format!("the note on entry {seq} was not written: {error}{hint}");
                let mut asks = vec![toast(Tone::Bad, visible(&what).into_owned())];
                // Somebody else may have been quicker: what they saw is worth reading.
                asks.push(Ask::Do(Wish::Work(Some(report))));
                return asks;
            }
        };
        self.notes.remove(&slot(report, seq));
        let height = self.list_height();
        let Some(work) = self.work.as_mut().filter(|work| work.list.report.id == report) else {
            return vec![toast(Tone::Good, format!("entry {seq} is inspected"))];
        };
        work.inspected(seq, inspection);
        let (done, of) = (work.list.inspected(), work.list.items.len());
        let told = toast(Tone::Good, format!("entry {seq} is inspected; {done} of {of}"));
        let is_here = work.selected().is_some_and(|item| item.listed.seq == seq);
        let next = work.next_open(Way::Down).or_else(|| work.next_open(Way::Up)).filter(|_| is_here);
        let moved = next.map_or(Moved::No, |at| work.put(at, height));
        let mut asks = self.moved(moved);
        asks.push(told);
        asks
    }

    /// Keeps what stands in the line for a note, and closes it.
    pub(super) fn close_layer(&mut self) {
        if let Layer::Inspect(report, seq, prompt) = std::mem::replace(&mut self.layer, Layer::None) {
            match prompt.text().trim() {
                "" => drop(self.notes.remove(&slot(report, seq))),
                text => drop(self.notes.insert(slot(report, seq), text.to_owned())),
            }
        }
    }

    /// Notes that were typed and not sent, the open line included.
    pub(super) fn all_drafts(&self) -> Vec<Draft> {
        let mut notes = self.notes.clone();
        if let Layer::Inspect(report, seq, prompt) = &self.layer
            && !prompt.text().trim().is_empty()
        {
            notes.insert(slot(*report, *seq), prompt.text().to_owned());
        }
        notes.into_iter().map(|(slot, text)| Draft { slot, text }).collect()
    }

    /// Takes back what was typed before the last end; nothing is sent from it.
    pub(super) fn restore(&mut self, drafts: Vec<Draft>) {
        for draft in drafts.into_iter().filter(|draft| draft.slot.starts_with(SLOT)) {
            self.notes.entry(draft.slot).or_insert(draft.text);
        }
    }

    /// Whether something was typed about an entry of the sample and not sent.
    pub(super) fn has_draft(&self, seq: EntrySeq) -> bool {
        self.work.as_ref().is_some_and(|work| self.notes.contains_key(&slot(work.list.report.id, seq)))
    }
}

/// What is to be said of an entry of a sample, beside what it is.
pub(super) fn remark(item: &Item) -> Option<String> {
    match (item.standing, &item.inspection) {
        (Standing::Gone, _) => Some("gone: the chain has no such entry any more".to_owned()),
        (Standing::Changed, _) => Some("changed: the chain has another entry than was drawn".to_owned()),
        (Standing::Same, Some(seen)) => Some(seen.note.one_line().into_owned()),
        (Standing::Same, None) => None,
    }
}

fn slot(report: ReportId, seq: EntrySeq) -> String {
    format!("{SLOT}{report}/{seq}")
}

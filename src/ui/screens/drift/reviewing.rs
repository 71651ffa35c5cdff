//! Observing and correcting: a plan is made, reviewed as it is, and applied as it was reviewed.

use super::state::{Drift, Review};
use super::wish::Wish;
use crate::drift::plan::{Plan, PlanHash};
use crate::error::Error;
use crate::ids::DeedKey;
use crate::text::visible;
use crate::ui::app::JobDeed;
use crate::ui::list_detail::cursor::Cursor;
use crate::ui::list_detail::layout::Focus;
use crate::ui::list_detail::load::Anew;
use crate::ui::screen::{Ask, Question, Tone, toast};
use std::sync::Arc;

type Asks = Vec<Ask<Wish>>;

impl Drift {
    /// Makes a plan for the repository under the cursor.
    pub(super) fn plan_one(&self) -> Asks {
        let Some(row) = self.list.selected() else { return Vec::new() };
        vec![Ask::Do(Wish::Plan(vec![row.repo.to_string()], DeedKey::fresh()))]
    }

    /// Makes a plan for all that drift in the filter.
    pub(super) fn plan_all(&self) -> Asks {
        vec![Ask::Do(Wish::PlanFilter(self.list.filter.in_force().to_owned(), DeedKey::fresh()))]
    }

    /// Takes a plan: it is shown in the place of the detail, to be read before it is applied.
    pub(super) fn planned(&mut self, result: Result<(Arc<Plan>, PlanHash), Error>) -> Asks {
        match result {
            Ok((plan, _)) if plan.repos.is_empty() => {
                vec![toast(Tone::Plain, "nothing drifts that a plan could put right")]
            }
            Ok((plan, hash)) => {
                self.review = Some(Review { plan, hash, cursor: Cursor::default() });
                self.list.panes.focus = Focus::Detail;
                Vec::new()
            }
            Err(error) => vec![told(&error)],
        }
    }

    /// Asks whether the plan that is shown is to be applied.
    pub(super) fn apply(&self) -> Asks {
        let Some(review) = &self.review else { return Vec::new() };
        let (repos, fields) = (review.plan.correctable(), review.plan.fields());
        if fields == 0 {
            return vec![toast(Tone::Plain, "there is nothing in this plan that can be put right")];
        }
        let what = format!(
            "Apply plan {} as it was reviewed: {} of {} on GitHub? What has moved since is refused.",
            review.hash.short(),
            counted(fields, "field", "fields"),
            counted(repos, "repository", "repositories"),
        );
        let typed_count = (repos > 100).then_some(repos as u64);
        let question = Question { what, yes: "apply".to_owned(), typed_count };
        vec![Ask::Confirm(question, Wish::Agreed(JobDeed::ApplyPlan(review.hash.clone())))]
    }

    /// Begins what a person has agreed to.
    pub(super) fn agreed(&mut self, deed: JobDeed) -> Asks {
        self.review = None;
        vec![Ask::Start(deed), toast(Tone::Plain, "in the background; J shows how far, x there cancels")]
    }

    /// Observes the repository under the cursor.
    pub(super) fn observe_one(&self) -> Asks {
        let Some(row) = self.list.selected() else { return Vec::new() };
        vec![Ask::Start(JobDeed::Reconcile(vec![row.repo.to_string()]))]
    }

    /// Observes all of the filter.
    pub(super) fn observe_all(&self) -> Asks {
        vec![Ask::Do(Wish::ObserveFilter(self.list.filter.in_force().to_owned()))]
    }

    /// Takes the repositories that are to be observed, and asks first where they are many.
    pub(super) fn to_observe(&self, result: Result<Vec<String>, Error>) -> Asks {
        match result {
            Ok(repos) if repos.is_empty() => vec![toast(Tone::Plain, "there is nothing to observe")],
            Ok(repos) => {
                let what = format!(
                    "Observe {} on GitHub, and write down what is seen?",
                    counted(repos.len(), "repository", "repositories")
                );
                let question = Question { what, yes: "observe".to_owned(), typed_count: None };
                vec![Ask::Confirm(question, Wish::Agreed(JobDeed::Reconcile(repos)))]
            }
            Err(error) => vec![told(&error)],
        }
    }

    /// Puts the plan away, and shows the repository again.
    pub(super) fn end_review(&mut self) -> Asks {
        self.review = None;
        self.show_selected(Anew::No)
    }
}

pub(super) fn counted(count: usize, one: &str, many: &str) -> String {
    format!("{count} {}", if count == 1 { one } else { many })
}

fn told(error: &Error) -> Ask<Wish> {
    let hint = error.hint_text().map_or_else(String::new, |hint| format!("; {hint}"));
    toast(Tone::Bad, visible(&format!("{error}{hint}")).into_owned())
}

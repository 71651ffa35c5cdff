//! The evidence behind a score, in words.

use super::detail_lines::Page;
use super::marks::{percent, score};
use crate::flaky::detail::TestDetail;
use crate::flaky::evidence::Basis;
use crate::flaky::state::Ineligible;
use crate::flaky::test::Test;
use crate::ui::screen::Place;

/// `97 commits passed at the first try, 3 failed and then passed, 1 never passed`
pub(super) fn in_words(test: &Test) -> String {
    let mut parts = Vec::new();
    for (count, what) in [
        (test.first_try, "passed at the first try"),
        (test.flaked, "failed and then passed"),
        (test.never_passed, "failed and never passed"),
    ] {
        if count > 0 {
            let commits = match (parts.is_empty(), count) {
                (true, 1) => "1 commit".to_owned(),
                (true, _) => format!("{count} commits"),
                (false, _) => count.to_string(),
            };
            parts.push(format!("{commits} {what}"));
        }
    }
    if parts.is_empty() { "no commit says anything yet".to_owned() } else { parts.join(", ") }
}

impl Page<'_> {
    pub(super) fn evidence(&mut self, detail: &TestDetail) {
        let (theme, test) = (self.look.theme, &detail.test);
        self.heading("why");
        self.wrapped("", &in_words(test), theme.text);
        if let Some(number) = test.score() {
            let what = match test.basis {
                Basis::Retries => {
                    format!("how sure it is that it flakes in more than 1 % of its tries: {}", score(number))
                }
                Basis::Isolated => format!(
                    "nothing that failed was tried again; {} failures stand alone between passes: {}",
                    test.isolated,
                    score(number)
                ),
            };
            self.wrapped("score    ", &what, theme.text);
        }
        if test.flaked > 0 {
            let every = (1.0 / test.severity.max(1e-6)).round();
            let what = format!("{} of its tries flake, about every {every:.0}th", percent(test.severity));
            self.wrapped("severity ", &what, theme.text);
        }
        if test.run_count > 0 {
            let what = format!(
                "{} of {} attempts failed, {}",
                test.fail_count,
                test.run_count,
                percent(test.failure_rate)
            );
            self.wrapped("rate     ", &what, theme.text);
        }
        if test.outage_count > 0 {
            let what = format!("{} attempts in runs in which nearly everything failed", test.outage_count);
            self.wrapped("left out ", &what, theme.dim);
        }
        let thresholds = detail.thresholds;
        let asked = format!(
            "from score {} on {} commits a quarantine is suggested; t tries others",
            score(thresholds.score),
            thresholds.commits
        );
        let told = match detail.ineligible {
            None | Some(Ineligible::Quarantined) => asked,
            Some(why) => format!("no quarantine is suggested: {why}"),
        };
        self.wrapped("rule     ", &told, theme.dim);
        if let (Some(by), Some(at)) = (&test.dismissed_by, test.dismissed_at) {
            let at = crate::ui::widgets::when::moment(at, self.look.clock);
            self.wrapped("dismissed", &format!(" by {} on {at}", by.one_line()), theme.dim);
        }
        for other in &detail.elsewhere {
            self.leads_to = Some(Place::Test(other.id));
            let place =
                if other.environment.is_empty() { "no name".into() } else { other.environment.one_line() };
            let number = other.flakiness_score.map(score).unwrap_or_default();
            let what = format!("{place}: {} {number}", other.state.one_line());
            self.wrapped("elsewhere ", what.trim_end(), theme.text);
        }
        self.leads_to = None;
    }
}

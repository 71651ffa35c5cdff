//! The tests of the demo, scored, and what people decided about some of them.

use super::suites::DAYS;
use crate::db::Db;
use crate::error::Result;
use crate::flaky::actions::{Decide, Rules, What, decide};
use crate::flaky::jobs::{How, Recompute, recompute};
use crate::flaky::quarantine::{Link, Owner, Reason};
use crate::flaky::store::fields::FIELDS;
use crate::flaky::store::tests::targets;
use crate::ids::DeedKey;
use crate::jobs::JobContext;
use chrono::{DateTime, NaiveDate, NaiveTime, TimeDelta, Utc};

/// Scores the tests, and decides: one is in quarantine and fails on, the quarantine of one has run out, one
/// was mended and may leave.
pub async fn watch(db: &Db, date: NaiveDate) -> Result<()> {
    let job = JobContext::unattended();
    let score = |how| Recompute { repo: None, how };
    recompute(db, &score(How::Incremental), &job).await?;
    let end = date.and_time(NaiveTime::MIN).and_utc();
    let days = |back: i64| end - TimeDelta::days(back);
    let quarantine = |owner: &str, reason: &str, link: Option<&str>, until| -> Result<What> {
        Ok(What::Quarantine {
            owner: Some(Owner::new(owner)?),
            reason: Reason::new(reason)?,
            link: link.map(Link::new).transpose()?,
            until,
        })
    };
    let issue = Some("https://issues.example/API-2107");
    let flaking = quarantine("platform", "waits for a lock that a cron job holds", issue, days(-9))?;
    let expired = quarantine("payments team", "depends on the order of threads", None, days(6))?;
    let mended = quarantine("SRE", "clock of the runner jumps", None, days(-30))?;
    // How many days ago each was decided.
    let decided = [
        ("repo:acme/api is:suggested name:session_survives_a_restart", 5, flaking),
        ("repo:acme/payments is:suggested suite:InvoiceTest", 20, expired),
        ("repo:acme/ledger is:suggested suite:account", DAYS.min(110), mended),
    ];
    for (filter, back, what) in decided {
        put(db, filter, what, days(back)).await?;
    }
    // The runs since then are counted for them.
    recompute(db, &score(How::Full), &job).await?;
    Ok(())
}

async fn put(db: &Db, filter: &str, what: What, now: DateTime<Utc>) -> Result<()> {
    let parsed = crate::filter::parse(filter, &FIELDS).map_err(|e| e.in_text(filter))?;
    let targets = targets(db, &parsed, now).await?;
    if targets.is_empty() {
        return Ok(());
    }
    let filter = Some(filter.to_owned());
    decide(db, &Decide { targets, what, rules: Rules::Hold, filter, key: DeedKey::fresh(), now }).await?;
    Ok(())
}

//! The blind sample: how large it is, and which findings are in it.

use crate::chain::change::Change;
use crate::db::Db;
use crate::error::Result;
use crate::triage::blind::Share;
use sqlx::PgConnection;

/// Whether the AI's verdict on the finding `f` is hidden for now: nobody has ever decided on it. Once
/// somebody has, the AI's side has been shown, and a taking back does not undo that.
macro_rules! blind {
    () => {
        "coalesce(
             (select s.blind_share > 0 from triage.settings s)
             and upper(btrim(f.ai_verdict)) in ('TP', 'FP')
             and upper(btrim(coalesce(f.triage_decision, ''))) not in ('TP', 'FP')
             and triage.in_blind_sample(f.id, (select s.blind_share from triage.settings s))
             and not exists (select from triage.feedbacks v where v.finding_id = f.id and v.kind = 'verdict'),
             false)"
    };
}
pub(super) use blind;

/// The share of findings that people decide before they see the AI's verdict.
pub async fn share(db: &Db) -> Result<Share> {
    share_now(&mut *db.read().acquire().await?).await
}

/// The same, as a transaction sees it.
pub(super) async fn share_now(connection: &mut PgConnection) -> Result<Share> {
    let share: f64 =
        sqlx::query_scalar("select blind_share from triage.settings").fetch_one(connection).await?;
    Ok(Share::new(share).unwrap_or_default())
}

/// Sets the share, with the risks that follow from it; gives the one before.
pub async fn set_share(change: &mut Change, share: Share) -> Result<Share> {
    let before: f64 = sqlx::query_scalar("select triage.set_blind_share($1)")
        .bind(share.get())
        .fetch_one(change.connection())
        .await?;
    Ok(Share::new(before).unwrap_or_default())
}

//! A chain, somebody who seals it and somebody who audits it, for the tests of both.

use super::key_file;
use crate::support::{TestDatabase, database};
use attestor::audit::actions::{Known, Outcome, Request, Sealed, gather, seal};
use attestor::audit::jobs::{self, verify};
use attestor::audit::note::{Checkpoint, root_text};
use attestor::audit::signer::Signer;
use attestor::audit::trust::{Signed, Trust, TrustFolder};
use attestor::audit::verify::report::Report;
use attestor::audit::verify::verdict::Break;
use attestor::chain::hash::Digest;
use attestor::db::Db;
use attestor::error::Result;
use attestor::ids::DeedKey;
use attestor::jobs::JobContext;
use chrono::{DateTime, Utc};
use sqlx::AssertSqlSafe;
use std::path::PathBuf;
use tempfile::TempDir;

/// When everything is signed here.
pub const NOW: &str = "2100-02-03T04:05:06Z";

pub struct Bench {
    pub database: TestDatabase,
    pub db: Db,
    pub files: TempDir,
    pub signer: Signer,
    pub folder: TrustFolder,
}

impl Bench {
    /// A chain of so many entries, and a key.
    pub async fn with_entries(count: u32) -> Bench {
        let database = database().await;
        let files = tempfile::tempdir().unwrap();
        let signer = signer(&files, 1).await;
        let folder = TrustFolder::below(&files.path().join("state"));
        let bench = Bench { db: database.db(), database, files, signer, folder };
        bench.append(count).await;
        bench
    }

    /// Appends entries.
    pub async fn append(&self, count: u32) {
        let sql = format!(
            "select count(audit.append_entry('finding_triage', 'x', 'human', jsonb_build_object('n', i)))
             from generate_series(1, {count}) i"
        );
        self.superuser(&sql).await;
    }

    /// Does as a superuser can.
    pub async fn superuser(&self, sql: &str) {
        let mut connection = self.database.superuser().await;
        sqlx::raw_sql(AssertSqlSafe(sql.to_owned())).execute(&mut connection).await.unwrap();
    }

    /// Changes what nobody may change.
    pub async fn attack(&self, sql: &str) {
        self.superuser(&format!(
            "begin; set local session_replication_role = replica;
             alter table audit.audit_trail_entries disable trigger all;
             alter table audit.checkpoints disable trigger all; {sql};
             alter table audit.audit_trail_entries enable trigger all;
             alter table audit.checkpoints enable trigger all; commit"
        ))
        .await;
    }

    /// Makes all hashes from entry `from` on right again, as whoever owns the server can.
    pub async fn rechain(&self, from: i64) {
        self.attack(&format!(
            "do $$ declare e record; before text; own text; begin
                 select coalesce((select entry_hash from audit.audit_trail_entries where seq = {from} - 1),
                                 (select genesis from audit.chain)) into before;
                 for e in select * from audit.audit_trail_entries where seq >= {from} order by seq loop
                     own := audit.entry_hash(e.chain_id, e.seq, e.occurred_at, e.category, e.event_type, e.actor,
                         e.actor_type, e.db_user, e.repo_full_name, e.pr_number, e.commit_sha, e.framework,
                         e.control_id, e.payload_alg,
                         encode(sha256(convert_to(e.payload::text, 'UTF8')), 'hex'), before);
                     update audit.audit_trail_entries set prev_hash = before, entry_hash = own,
                         payload_hash = encode(sha256(convert_to(e.payload::text, 'UTF8')), 'hex')
                     where seq = e.seq;
                     before := own;
                 end loop; end $$"
        ))
        .await;
    }

    /// The folder where checkpoints are published.
    pub fn place(&self) -> PathBuf {
        self.files.path().join("published")
    }

    /// Seals.
    pub async fn try_seal(&self) -> Result<Outcome> {
        self.seal_as(&self.signer, DeedKey::fresh()).await
    }

    /// Seals by a key, under the key of a deed.
    pub async fn seal_as(&self, signer: &Signer, key: DeedKey) -> Result<Outcome> {
        let places = [self.place()];
        let now = NOW.parse().unwrap();
        let request = Request { signer, key, places: &places, folder: &self.folder, now };
        seal(&self.db, &request, &JobContext::unattended()).await
    }

    /// Seals, which has to go well.
    pub async fn seal(&self) -> Box<Sealed> {
        match self.try_seal().await.unwrap() {
            Outcome::Sealed(sealed) => sealed,
            Outcome::Refused(breaks) => panic!("refused: {breaks:?}"),
        }
    }

    /// Seals, which has to be refused.
    pub async fn refused(&self) -> Vec<Break> {
        match self.try_seal().await.unwrap() {
            Outcome::Sealed(sealed) => panic!("sealed: {sealed:?}"),
            Outcome::Refused(breaks) => breaks,
        }
    }

    /// The chain's name.
    pub async fn origin(&self) -> String {
        sqlx::query_scalar("select chain_id from audit.chain").fetch_one(self.db.read()).await.unwrap()
    }

    /// How many entries there are.
    pub async fn entries(&self) -> i64 {
        let count = sqlx::query_scalar("select count(*) from audit.audit_trail_entries");
        count.fetch_one(self.db.read()).await.unwrap()
    }

    /// What is known to whoever trusts what is in `folder`.
    pub async fn known(&self, folder: &TrustFolder) -> Known {
        gather(&self.db, folder, None, &[self.place()]).await.unwrap().unwrap()
    }

    /// Verifies by what is trusted in `folder`, as the command line does; what was right is pinned.
    pub async fn verify_by(&self, folder: &TrustFolder) -> Report {
        let known = self.known(folder).await;
        let request = jobs::Request::held_against(None, Some(&known.evidence));
        let report = verify(&self.db, &request, &JobContext::unattended()).await.unwrap();
        known.pin(&report, folder).unwrap();
        report
    }

    /// Verifies by what the one who seals trusts.
    pub async fn verify(&self) -> Report {
        self.verify_by(&self.folder).await
    }

    /// A checkpoint that the key of `signer` signed, whatever it says.
    pub async fn forged(&self, signer: &Signer, size: u64, root: Digest) -> (Signed, String) {
        let origin = self.origin().await;
        let text = Checkpoint { origin: origin.clone(), size, root, extensions: Vec::new() }.to_string();
        let now: DateTime<Utc> = NOW.parse().unwrap();
        let made = signer.checkpoint(&origin, &text, now.timestamp() as u64).await.unwrap();
        let mut trust = Trust::nothing(&origin);
        trust.add(signer.verifier(&origin).unwrap()).unwrap();
        (trust.judge(made.note.to_string().as_bytes()).unwrap(), made.ssh)
    }

    /// Puts a checkpoint into the database, as whoever owns the server can.
    pub async fn put(&self, signed: &Signed, ssh: &str) {
        sqlx::query(
            "insert into audit.checkpoints (size, root, key, signed_at, note, ssh_signature)
             values ($1, $2, $3, $4, $5, $6)",
        )
        .bind(signed.size as i64)
        .bind(root_text(&signed.root))
        .bind(signed.key.to_string())
        .bind(signed.time)
        .bind(signed.note.to_string())
        .bind(ssh)
        .execute(&mut self.database.superuser().await)
        .await
        .unwrap();
    }

    /// An auditor elsewhere, who believes these keys and has pinned nothing.
    pub async fn auditor(&self, signers: &[&Signer]) -> TrustFolder {
        let folder = TrustFolder::below(&self.files.path().join(uuid::Uuid::new_v4().to_string()));
        let origin = self.origin().await;
        for signer in signers {
            folder.change(&origin, |trust| trust.add(signer.verifier(&origin).unwrap())).unwrap();
        }
        folder
    }
}

/// A key of a seed.
pub async fn signer(files: &TempDir, seed: u8) -> Signer {
    let file = key_file(files.path(), seed);
    Signer::find(file.to_str(), None, |_| panic!("it has no passphrase")).await.unwrap()
}

/// The words of breaks.
pub fn words(breaks: &[Break]) -> Vec<&'static str> {
    breaks.iter().map(|found| found.kind.word()).collect()
}

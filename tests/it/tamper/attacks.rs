//! Entries removed, added, moved, forged.

use super::*;

async fn attacked(sql: &str) -> Report {
    let database = chain(SIZE).await;
    attack(&database, sql).await;
    verified(&database).await
}

#[tokio::test]
async fn entries_that_are_missing_in_the_middle() {
    let report = attacked("delete from audit.audit_trail_entries where seq = 17").await;
    assert_broken(&report, "one", 17, Kind::Gap, Field::Seq);
    assert_eq!(all(&report), [(Some(17), Kind::Gap), (Some(18), Kind::LinkMismatch)]);
    assert_eq!((report.entries, report.root), (39, None));
    let report = attacked("delete from audit.audit_trail_entries where seq between 1 and 20").await;
    assert_broken(&report, "the first twenty", 1, Kind::Gap, Field::Seq);
    let report = attacked("delete from audit.audit_trail_entries where seq % 2 = 0").await;
    assert_broken(&report, "every second", 2, Kind::Gap, Field::Seq);
    let gaps = report.breaks.iter().filter(|found| found.kind == Kind::Gap).count();
    assert_eq!(gaps, 19, "the last one is a tail that is cut");
}

#[tokio::test]
async fn a_gap_that_is_linked_over_is_still_a_gap() {
    let report =
        attacked(&format!("delete from audit.audit_trail_entries where seq = 17; {}", relink(18))).await;
    assert_eq!(all(&report), [(Some(17), Kind::Gap)], "{report:#?}");
}

/// Hashes everything from `from` on anew, behind whatever comes before it now.
fn relink(from: i64) -> String {
    rehash(from).replace(
        &format!("where seq = {from} - 1"),
        &format!("where seq = (select max(seq) from audit.audit_trail_entries where seq < {from})"),
    )
}

#[tokio::test]
async fn entries_that_change_places() {
    let swap = "update audit.audit_trail_entries set seq = -seq where seq in (9, 10);
                update audit.audit_trail_entries set seq = 19 + seq where seq in (-9, -10);";
    assert_broken(&attacked(swap).await, "positions", 9, Kind::MetadataMismatch, Field::Seq);
    let payloads = "update audit.audit_trail_entries e set payload = o.payload, payload_hash = o.payload_hash
                    from audit.audit_trail_entries o where e.seq in (9, 10) and o.seq = 19 - e.seq";
    assert_broken(&attacked(payloads).await, "payloads", 9, Kind::MetadataMismatch, Field::Entry);
    let rows = "update audit.audit_trail_entries set id = -id, seq = -seq where seq in (9, 10);
                update audit.audit_trail_entries set id = 19 + seq, seq = 19 + seq where seq < 0;";
    assert_broken(&attacked(rows).await, "rows", 9, Kind::MetadataMismatch, Field::Entry);
}

#[tokio::test]
async fn a_position_that_stands_twice() {
    let twice = "alter table audit.audit_trail_entries drop constraint audit_trail_entries_seq_key;
                 alter table audit.audit_trail_entries drop constraint audit_trail_entries_pkey;
                 insert into audit.audit_trail_entries select * from audit.audit_trail_entries where seq = 23;";
    let report = attacked(twice).await;
    assert_broken(&report, "an exact copy", 23, Kind::Duplicate, Field::Seq);
    assert_eq!(all(&report), [(Some(23), Kind::Duplicate)]);
    let forged = format!(
        "{twice} update audit.audit_trail_entries set payload = '{{}}'
                 where ctid = (select max(ctid) from audit.audit_trail_entries where seq = 23)"
    );
    let report = attacked(&forged).await;
    assert!(all(&report).contains(&(Some(23), Kind::Duplicate)), "{report:#?}");
    assert!(all(&report).contains(&(Some(23), Kind::PayloadMismatch)), "{report:#?}");
}

/// Two histories from one entry on, each with hashes that fit.
#[tokio::test]
async fn a_tail_that_stands_twice() {
    let report = attacked(
        "alter table audit.audit_trail_entries drop constraint audit_trail_entries_seq_key;
         alter table audit.audit_trail_entries drop constraint audit_trail_entries_pkey;
         create table public.other as select * from audit.audit_trail_entries where seq > 30;
         do $$
         declare e record; prev text := (select entry_hash from audit.audit_trail_entries where seq = 30); own text;
         begin
             for e in select * from public.other order by seq loop
                 own := audit.entry_hash(e.chain_id, e.seq, e.occurred_at, e.category, e.event_type, 'mallory',
                     e.actor_type, e.db_user, e.repo_full_name, e.pr_number, e.commit_sha, e.framework, e.control_id,
                     e.payload_alg, e.payload_hash, prev);
                 update public.other set actor = 'mallory', prev_hash = prev, entry_hash = own where seq = e.seq;
                 prev := own;
             end loop;
         end $$;
         insert into audit.audit_trail_entries select * from public.other",
    )
    .await;
    assert_broken(&report, "a fork", 31, Kind::Duplicate, Field::Seq);
    let twice = all(&report).iter().filter(|(_, kind)| *kind == Kind::Duplicate).count();
    assert_eq!((twice, report.entries, report.root), (10, 50, None));
    let kinds = [Kind::Duplicate, Kind::LinkMismatch];
    assert!(
        all(&report).iter().all(|(_, kind)| kinds.contains(kind)),
        "each history fits by itself: {report:#?}"
    );
}

#[tokio::test]
async fn an_entry_that_was_put_in() {
    let report = attacked(
        "update audit.audit_trail_entries set id = -id - 1, seq = -seq - 1 where seq > 20;
         update audit.audit_trail_entries set id = -id, seq = -seq where seq < 0;
         insert into audit.audit_trail_entries
         select 21, 21, category, event_type, actor, actor_type, repo_full_name, pr_number, payload, framework,
                payload_hash, entry_hash, occurred_at, commit_sha, control_id, db_user, chain_id, payload_alg,
                audit.entry_hash(chain_id, 21, occurred_at, category, event_type, actor, actor_type, db_user,
                    repo_full_name, pr_number, commit_sha, framework, control_id, payload_alg, payload_hash, entry_hash)
         from audit.audit_trail_entries where seq = 20",
    )
    .await;
    assert_broken(&report, "the one behind it", 22, Kind::MetadataMismatch, Field::Entry);
}

#[tokio::test]
async fn hashes_that_were_made_to_fit_for_one_entry_alone() {
    let own = "update audit.audit_trail_entries set actor = 'mallory' where seq = 30;
         update audit.audit_trail_entries set entry_hash = audit.entry_hash(chain_id, seq, occurred_at, category,
                event_type, actor, actor_type, db_user, repo_full_name, pr_number, commit_sha, framework, control_id,
                payload_alg, payload_hash, prev_hash) where seq = 30";
    assert_broken(&attacked(own).await, "one entry", 31, Kind::LinkMismatch, Field::PrevHash);
    assert_eq!(all(&attacked(own).await), [(Some(31), Kind::LinkMismatch)]);
}

#[tokio::test]
async fn what_no_hash_can_tell_is_not_claimed() {
    // Re-chained to the head, and a tail that is cut: only a checkpoint knows.
    let edit = format!("update audit.audit_trail_entries set actor = 'mallory' where seq = 5; {}", rehash(5));
    for sql in [&*edit, "delete from audit.audit_trail_entries where seq > 35"] {
        let report = attacked(sql).await;
        assert_eq!((report.breaks.len(), &report.anchored), (0, &None), "{sql}");
    }
    let report = attacked("delete from audit.audit_trail_entries").await;
    assert_eq!((report.verdict().word(), report.exit_status()), ("EMPTY", 0), "and never VERIFIED");
}

#[tokio::test]
async fn entries_of_another_chain() {
    let other = "update audit.audit_trail_entries set chain_id = 'other.example/audit' where seq >= 33;";
    let report = attacked(&format!("{other} {}", rehash(33))).await;
    assert_broken(&report, "spliced", 33, Kind::ChainIdMismatch, Field::ChainId);
    assert_eq!(report.breaks_count, 8, "every one of them, and nothing else: the hashes fit");
    let whole = "alter table audit.chain disable trigger all;
                 update audit.audit_trail_entries set chain_id = 'other.example/audit';
                 update audit.chain set chain_id = 'other.example/audit', genesis = audit.genesis('other.example/audit');";
    let database = chain(6).await;
    let origin = database.db().chain_name().await.unwrap();
    attack(&database, &format!("{whole} {}", rehash(1))).await;
    assert_eq!(verified(&database).await.breaks, [], "by its own word it is a chain");
    let pinned = Request { origin: Some(origin.parse().unwrap()), ..Request::default() };
    let report = verified_as(&database.db(), pinned).await;
    assert_eq!(report.breaks[0].kind, Kind::ChainIdMismatch);
    let of_entries =
        report.breaks.iter().filter(|found| found.kind == Kind::ChainIdMismatch && found.seq.is_some());
    assert_eq!(of_entries.count(), 6);
}

#[tokio::test]
async fn the_beginning_is_bound_to_the_name() {
    let genesis =
        "alter table audit.chain disable trigger all; update audit.chain set genesis = repeat('0', 64)";
    let report = attacked(genesis).await;
    assert_eq!(all(&report), [(None, Kind::ChainIdMismatch)]);
    let report = attacked("alter table audit.chain disable trigger all; delete from audit.chain").await;
    assert_eq!(all(&report), [(None, Kind::ChainIdMismatch)]);
    let first = format!(
        "update audit.audit_trail_entries set prev_hash = repeat('0', 64) where seq = 1; {}",
        rehash(1).replace("select genesis into prev from audit.chain", "prev := repeat('0', 64)")
    );
    assert_broken(&attacked(&first).await, "the first entry", 1, Kind::LinkMismatch, Field::PrevHash);
}

#[tokio::test]
async fn time_that_runs_backwards() {
    let earlier = format!(
        "update audit.audit_trail_entries set occurred_at = occurred_at - interval '1 day' where seq = 12; {}",
        rehash(12)
    );
    let report = attacked(&earlier).await;
    assert_eq!(all(&report), [(Some(12), Kind::TimeRegression)], "the hashes fit");
    assert_broken(&report, "backdated", 12, Kind::TimeRegression, Field::OccurredAt);
    let same = format!(
        "update audit.audit_trail_entries
            set occurred_at = (select occurred_at from audit.audit_trail_entries where seq = 11) where seq = 12; {}",
        rehash(12)
    );
    assert_eq!(attacked(&same).await.breaks, [], "entries may share a moment");
}

#[tokio::test]
async fn positions_before_the_first_and_without_one() {
    let report = attacked("update audit.audit_trail_entries set id = 0, seq = 0 where seq = 40").await;
    assert_broken(&report, "position 0", 0, Kind::MetadataMismatch, Field::Seq);
    let report = attacked("update audit.audit_trail_entries set seq = null where seq = 40").await;
    assert_eq!(all(&report), [(None, Kind::MetadataMismatch)], "{report:#?}");
    assert_eq!(report.entries, 39);
}

#[tokio::test]
async fn many_breaks_are_counted_and_the_first_are_told() {
    let database = chain(1_300).await;
    attack(&database, "update audit.audit_trail_entries set actor = 'mallory'").await;
    let report = verified(&database).await;
    assert_eq!((report.breaks_count, report.breaks.len()), (1_300, 1_000));
    let seqs: Vec<i64> = report.breaks.iter().filter_map(|found| found.seq).collect();
    assert_eq!(seqs, (1..=1_000).collect::<Vec<_>>());
}

/// The script that was written from the specification finds the same.
#[tokio::test]
async fn the_independent_script_agrees() {
    for sql in [
        "delete from audit.audit_trail_entries where seq = 17",
        "update audit.audit_trail_entries set payload = '{}' where seq = 3",
        "update audit.audit_trail_entries set actor = 'mallory' where seq = 40",
        "update audit.audit_trail_entries set prev_hash = repeat('0', 64) where seq = 8",
        "update audit.audit_trail_entries set chain_id = 'other' where seq = 8",
    ] {
        let database = chain(SIZE).await;
        attack(&database, sql).await;
        let report = verified(&database).await;
        let mut found: Vec<String> = report
            .breaks
            .iter()
            .map(|found| format!("{} {}", found.seq.unwrap(), found.kind.word()))
            .collect();
        let script = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/verify_attestor.py");
        let done = std::process::Command::new("python3")
            .args([script, "database"])
            .arg(database.url())
            .output()
            .unwrap();
        assert_eq!(done.status.code(), Some(3), "{sql}");
        let said = String::from_utf8(done.stdout).unwrap();
        let mut said: Vec<String> =
            said.lines().map(|line| line.split_whitespace().take(2).collect::<Vec<_>>().join(" ")).collect();
        found.sort();
        said.sort();
        assert_eq!(found, said, "{sql}");
    }
}

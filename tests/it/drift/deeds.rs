//! How repositories stand in the database: observed, decided, ignored, told.

use crate::support::{Scratch, TestDatabase, database};
use attestor::db::Db;
use attestor::drift::actions::{self, Accept, IgnoreDeed, Set, Snooze, To, load_policies};
use attestor::drift::glob::Glob;
use attestor::drift::jobs::import_observed;
use attestor::drift::policy::read_policies;
use attestor::drift::store::detail::{Detail, detail, history, id_of};
use attestor::drift::store::fields::FIELDS;
use attestor::drift::store::list::{Query, each, page};
use attestor::error::{Error, Kind};
use attestor::filter;
use attestor::ids::DeedKey;
use attestor::jobs::JobContext;
use attestor::operations::acknowledge::Why;
use chrono::{TimeDelta, Utc};
use sqlx::Row;

struct Bench {
    database: TestDatabase,
    db: Db,
    folder: Scratch,
}

const POLICY: &str = "repos = \"acme/*\"\nmode = \"warn\"\n[desired]\nrequired_labels = [\"bug\"]\n[desired.branch_protection]\nenforce_admins = true\n[desired.settings]\nhas_wiki = false\n";

async fn bench() -> Bench {
    let database = database().await;
    let db = database.db();
    let bench = Bench { database, db, folder: Scratch::new() };
    bench.policy(POLICY).await;
    bench
}

impl Bench {
    async fn policy(&self, text: &str) {
        let (policies, findings) = read_policies("base.toml", text);
        assert!(findings.is_empty(), "{findings:?}");
        load_policies(&self.db, &policies, DeedKey::fresh()).await.unwrap();
    }

    async fn import(&self, text: &str) -> Result<attestor::drift::jobs::ObservedReport, Error> {
        let path = self.folder.path().join("observed.json");
        std::fs::write(&path, text).unwrap();
        import_observed(&self.db, path, None, &JobContext::unattended()).await
    }

    /// Observes one repository with these settings, so many hours ago.
    async fn see(&self, repo: &str, admins: bool, wiki: bool, hours: i64, actor: &str) {
        let at = Utc::now() - TimeDelta::hours(hours);
        self.import(&format!(
            r#"{{"repo":"{repo}","at":"{}","actors":{{"settings.has_wiki":"{actor}"}},"observed":{{
               "branch_protection":{{"enforce_admins":{admins}}},"required_labels":["bug"],"settings":{{"has_wiki":{wiki}}}}}}}"#,
            at.to_rfc3339()
        ))
        .await
        .unwrap();
    }

    async fn detail(&self, repo: &str) -> Detail {
        let id = id_of(&self.db, repo).await.unwrap().unwrap();
        detail(&self.db, id, Utc::now()).await.unwrap().unwrap()
    }

    /// `in_sync` and `drift_fields` as another program reads them.
    async fn columns(&self, repo: &str) -> (Option<bool>, Vec<String>) {
        let row = sqlx::query(
            "select in_sync, drift_fields from trust.policy_repo_configs c
             join trust.repositories r on r.id = c.repo_id where full_name = $1",
        )
        .bind(repo)
        .fetch_one(&mut self.database.superuser().await)
        .await
        .unwrap();
        (row.get(0), row.get(1))
    }

    async fn entries(&self) -> Vec<String> {
        sqlx::query_scalar("select category || ' ' || event_type from audit.audit_trail_entries order by seq")
            .fetch_all(&mut self.database.superuser().await)
            .await
            .unwrap()
    }
}

fn why() -> Why {
    Why::new("because").unwrap()
}

#[tokio::test]
async fn an_observation_is_compared_and_told_once() {
    let bench = bench().await;
    let report = bench
        .import(
            r#"{"repo":"acme/api","observed":{"branch_protection":{"enforce_admins":false},"settings":{"has_wiki":true}}}
               {"repo":"acme/web","observed":{"branch_protection":{"enforce_admins":true},"required_labels":["Bug"],"settings":{"has_wiki":false}}}
               {"repo":"acme/lib","observed":{"required_labels":["bug"],"settings":{"has_wiki":false}},"unreadable":["branch_protection"]}
               {"repo":"other/one","observed":{"settings":{"has_wiki":true}}}"#,
        )
        .await
        .unwrap();
    assert_eq!(
        (report.repos, report.in_sync, report.drifted, report.critical, report.unknown),
        (4, 1, 1, 1, 2)
    );
    assert_eq!(
        bench.columns("acme/api").await,
        (
            Some(false),
            vec![
                "branch_protection.enforce_admins".into(),
                "label.missing.bug".into(),
                "settings.has_wiki".into()
            ]
        )
    );
    assert_eq!(bench.columns("acme/web").await, (Some(true), vec![]));
    assert_eq!(bench.columns("acme/lib").await, (None, vec![]));
    assert_eq!(bench.columns("other/one").await, (None, vec![]));
    assert_eq!(bench.entries().await, ["drift drift_policies_loaded", "drift drift_observed"]);
    let run: String = sqlx::query_scalar("select type || ' ' || outcome from operations.operation_runs")
        .fetch_one(&mut bench.database.superuser().await)
        .await
        .unwrap();
    assert_eq!(run, "import_observed succeeded");
}

#[tokio::test]
async fn a_file_is_taken_in_whole_or_not_at_all() {
    let bench = bench().await;
    let broken =
        bench.import("{\"repo\":\"acme/api\",\"observed\":{}}\n{\"repo\":\"acme/web\",}").await.unwrap_err();
    assert_eq!(broken.kind(), Kind::UnreadableInput);
    assert!(broken.to_string().contains("observed.json:2:20: "), "{broken}");
    assert_eq!(id_of(&bench.db, "acme/api").await.unwrap(), None);
    assert_eq!(bench.entries().await.len(), 1);
}

#[tokio::test]
async fn an_older_observation_changes_nothing() {
    let bench = bench().await;
    bench.see("acme/api", true, true, 1, "x").await;
    bench.see("acme/api", true, false, 5, "x").await;
    assert_eq!(bench.columns("acme/api").await, (Some(false), vec!["settings.has_wiki".into()]));
}

#[tokio::test]
async fn what_somebody_else_writes_is_the_ground_under_the_policies() {
    let bench = bench().await;
    bench.see("acme/api", true, false, 1, "x").await;
    sqlx::query("update trust.policy_repo_configs set desired_state = '{\"settings\":{\"has_issues\":false,\"has_wiki\":true}}'")
        .execute(&mut bench.database.superuser().await)
        .await
        .unwrap();
    bench.see("acme/api", true, false, 0, "x").await;
    // has_issues is the producer's wish; has_wiki is the policy's.
    assert_eq!(bench.columns("acme/api").await, (Some(false), vec!["settings.has_issues".into()]));
    bench.policy(&POLICY.replace("has_wiki = false", "has_wiki = true")).await;
    let drift = bench.columns("acme/api").await.1;
    assert_eq!(drift, ["settings.has_issues", "settings.has_wiki"]);
}

#[tokio::test]
async fn accepting_is_a_decision_for_one_repository() {
    let bench = bench().await;
    bench.see("acme/api", false, true, 0, "x").await;
    let deed = Accept {
        repo: "acme/api".into(),
        paths: vec![super::path("settings.has_wiki")],
        why: why(),
        version: None,
        key: DeedKey::fresh(),
    };
    let settled = actions::accept(&bench.db, &deed).await.unwrap();
    assert_eq!(settled.diff.drift_fields(), ["branch_protection.enforce_admins"]);
    // Asked for again under its key, it is done once.
    actions::accept(&bench.db, &deed).await.unwrap();
    assert_eq!(bench.entries().await.iter().filter(|entry| entry.ends_with("drift_accepted")).count(), 1);
    let detail = bench.detail("acme/api").await;
    let wiki =
        detail.fields.iter().find(|field| field.field.path.to_string() == "settings.has_wiki").unwrap();
    assert!(wiki.sources[0].to_string().starts_with("accepted by "), "{:?}", wiki.sources);
    // It holds through the next loading of policies, and can be given back.
    bench.policy(POLICY).await;
    assert_eq!(bench.columns("acme/api").await.1, ["branch_protection.enforce_admins"]);
    let release = Set {
        repo: "acme/api".into(),
        path: super::path("settings.has_wiki"),
        to: To::Policy,
        why: why(),
        key: DeedKey::fresh(),
    };
    actions::set(&bench.db, &release).await.unwrap();
    assert_eq!(bench.columns("acme/api").await.1.len(), 2);
    let seen = Accept { version: Some(detail.row.version), key: DeedKey::fresh(), ..deed };
    assert_eq!(actions::accept(&bench.db, &seen).await.unwrap_err().kind(), Kind::Conflict);
}

#[tokio::test]
async fn accepting_what_is_missing_takes_it_out_of_what_is_desired() {
    let bench = bench().await;
    bench.import(r#"{"repo":"acme/api","observed":{"branch_protection":{"enforce_admins":true},"settings":{"has_wiki":false}}}"#).await.unwrap();
    assert_eq!(bench.columns("acme/api").await.1, ["label.missing.bug"]);
    let deed =
        Accept { repo: "acme/api".into(), paths: vec![], why: why(), version: None, key: DeedKey::fresh() };
    actions::accept(&bench.db, &deed).await.unwrap();
    assert_eq!(bench.columns("acme/api").await, (Some(true), vec![]));
}

#[tokio::test]
async fn ignoring_and_snoozing_have_an_end() {
    let bench = bench().await;
    bench.see("acme/api", true, true, 0, "x").await;
    let deed = IgnoreDeed {
        repos: Glob::of_repos("acme/*").unwrap(),
        paths: Glob::of_paths("settings.*").unwrap(),
        why: why(),
        until: Utc::now() + TimeDelta::days(3),
        key: DeedKey::fresh(),
    };
    let (rule, count) = actions::ignore(&bench.db, &deed).await.unwrap();
    assert_eq!(count, 1);
    assert_eq!(bench.columns("acme/api").await, (Some(true), vec![]));
    let past = IgnoreDeed { until: Utc::now() - TimeDelta::hours(1), key: DeedKey::fresh(), ..deed };
    assert_eq!(actions::ignore(&bench.db, &past).await.unwrap_err().kind(), Kind::Usage);
    let end = actions::EndIgnore { id: rule, key: DeedKey::fresh() };
    actions::end_ignore(&bench.db, &end).await.unwrap();
    assert_eq!(bench.columns("acme/api").await.1, ["settings.has_wiki"]);
    let snooze = Snooze {
        repo: "acme/api".into(),
        why: why(),
        until: Some(Utc::now() + TimeDelta::days(1)),
        key: DeedKey::fresh(),
    };
    actions::snooze(&bench.db, &snooze).await.unwrap();
    let query = |text: &str| Query {
        filter: filter::parse(text, &FIELDS).unwrap(),
        after: None,
        limit: 10,
        now: Utc::now(),
    };
    for (text, rows) in [
        ("is:snoozed", 1),
        ("is:needy", 0),
        ("is:drifted", 1),
        ("is:critical", 0),
        ("field:settings.has_wiki", 1),
        ("field:label.*", 0),
        ("policy:base mode:warn checked<1h", 1),
        ("wiki", 1),
        ("api*", 1),
        ("-is:insync", 1),
        ("is:unreadable or is:ignored or is:failed or is:unchecked or is:unmanaged", 0),
        ("fields>0 since<1d repo:acme/*", 1),
    ] {
        assert_eq!(page(&bench.db, &query(text)).await.unwrap().rows.len(), rows, "{text}");
    }
}

#[tokio::test]
async fn a_field_remembers_how_it_stood_and_who_pulls() {
    let bench = bench().await;
    bench.see("acme/api", true, false, 9, "setup").await;
    bench.see("acme/api", true, true, 7, "mallory").await;
    bench.see("acme/api", true, false, 5, "bot").await;
    let tug = async || {
        let detail = bench.detail("acme/api").await;
        detail
            .fields
            .into_iter()
            .find(|field| field.field.path.to_string() == "settings.has_wiki")
            .unwrap()
            .tug
    };
    assert_eq!(tug().await, None);
    bench.see("acme/api", true, true, 3, "mallory").await;
    let found = tug().await.unwrap();
    assert_eq!((found.turns, found.actors), (3, [Some("bot".into()), Some("mallory".into())]));
    let id = id_of(&bench.db, "acme/api").await.unwrap().unwrap();
    let spells = history(&bench.db, id, "settings.has_wiki").await.unwrap();
    let told: Vec<String> = spells.iter().map(|spell| spell.outcome.to_string()).collect();
    assert_eq!(told, ["drift", "match", "drift"]);
    assert!(spells[0].until.is_none() && spells[1].until.is_some());
}

#[tokio::test]
async fn pages_go_through_all_of_them_worst_first() {
    let bench = bench().await;
    let lines: Vec<String> = (0..25)
        .map(|i| {
            let (admins, wiki) = (i % 3 != 0, i % 2 == 0);
            format!(r#"{{"repo":"acme/r{i}","observed":{{"branch_protection":{{"enforce_admins":{admins}}},"required_labels":["bug"],"settings":{{"has_wiki":{wiki}}}}}}}"#)
        })
        .collect();
    bench.import(&lines.join("\n")).await.unwrap();
    let mut seen = Vec::new();
    let mut query =
        Query { filter: filter::parse("", &FIELDS).unwrap(), after: None, limit: 7, now: Utc::now() };
    loop {
        let page = page(&bench.db, &query).await.unwrap();
        query.after = page.rows.last().map(|row| row.cursor());
        seen.extend(page.rows);
        if !page.more {
            break;
        }
    }
    let rank =
        |row: &attestor::drift::store::list::Listed| (-row.critical_count, -row.drift_count, row.repo_id);
    assert!(seen.is_sorted_by_key(rank) && seen.len() == 25);
    let mut all = 0;
    each(&bench.db, &query, None, |_| {
        all += 1;
        Ok(())
    })
    .await
    .unwrap();
    assert_eq!(all, 0, "nothing follows the last row");
}

#[tokio::test]
async fn only_operators_decide() {
    let bench = bench().await;
    bench.see("acme/api", true, true, 0, "x").await;
    for (role, may) in [("viewer", false), ("analyst", false), ("operator", true)] {
        // Roles are the cluster's, which other tests use too.
        let login = format!("drift_{role}_{}", std::process::id());
        let create = format!("create role {login} login in role attestor_{role}");
        sqlx::raw_sql(sqlx::AssertSqlSafe(create))
            .execute(&mut bench.database.superuser().await)
            .await
            .unwrap();
        let db = Db::lazy(bench.database.options_as(&login), attestor::db::Access::ReadWrite);
        let deed = Accept {
            repo: "acme/api".into(),
            paths: vec![],
            why: why(),
            version: None,
            key: DeedKey::fresh(),
        };
        let done = actions::accept(&db, &deed).await;
        match (may, done) {
            (true, done) => drop(done.unwrap()),
            (false, done) => assert_eq!(done.unwrap_err().kind(), Kind::Denied, "{role}"),
        }
        db.close().await;
    }
}

//! Who may take test results in, and what nobody may change in them.

use super::intake::bench;
use attestor::db::{Access, Db};
use attestor::error::Kind;
use attestor::flaky::import::JunitOptions;
use attestor::flaky::jobs::import_junit;
use attestor::intake::input::Input;
use attestor::jobs::JobContext;
use sqlx::AssertSqlSafe;

#[tokio::test]
async fn operators_and_producers_take_results_in() {
    let bench = bench().await;
    for (role, may) in [
        ("viewer", false),
        ("analyst", false),
        ("auditor", false),
        ("approver", false),
        ("operator", true),
        ("producer", true),
    ] {
        let xml = format!("<testsuite><testcase name='{role}'/></testsuite>");
        let path = bench.file("results.xml", xml);
        let login = format!("taker_{role}");
        let create = format!(
            "do $$ begin create role {login} login in role attestor_{role};
             exception when duplicate_object or unique_violation then null; end $$"
        );
        sqlx::raw_sql(AssertSqlSafe(create)).execute(&mut bench.database.superuser().await).await.unwrap();
        let db = Db::lazy(bench.database.options_as(&login), Access::ReadWrite);
        let options = JunitOptions {
            repo: "acme/api".into(),
            commit: Some("abc".into()),
            run: Some(role.into()),
            ..JunitOptions::default()
        };
        // Twice: the second file of a run changes the run that the first one made.
        for round in 0..2 {
            if round == 1 {
                bench.file("results.xml", format!("<testsuite><testcase name='{role} again'/></testsuite>"));
            }
            match import_junit(&db, Input::named(&path), &options, &JobContext::unattended()).await {
                Ok(report) => {
                    assert!(may, "{role}");
                    assert_eq!((report.tests, report.entry.is_some()), (1, true), "{role}");
                }
                Err(error) => {
                    assert!(!may, "{role}: {error}");
                    assert_eq!(error.kind(), Kind::Denied, "{role}: {error}");
                }
            }
        }
    }
}

#[tokio::test]
async fn what_was_said_never_changes() {
    let bench = bench().await;
    let changed: Vec<String> = sqlx::query_scalar(
        "select distinct concat_ws(' ', r.rolname, c.relname, coalesce(a.attname, p.privilege), 'changed')
         from pg_roles r
         cross join unnest(array['repositories', 'ci_runs', 'test_imports', 'test_results']) t
         join pg_class c on c.relname = t and c.relnamespace = 'trust'::regnamespace
         cross join unnest(array['UPDATE', 'DELETE', 'TRUNCATE']) p(privilege)
         left join pg_attribute a on p.privilege = 'UPDATE' and a.attrelid = c.oid and a.attnum > 0
         where r.rolname like 'attestor\\_%' and r.rolname <> 'attestor_owner'
           and case p.privilege when 'UPDATE' then has_column_privilege(r.oid, c.oid, a.attnum, 'UPDATE')
                                else has_table_privilege(r.oid, c.oid, p.privilege) end
         order by 1",
    )
    .fetch_all(&mut bench.database.superuser().await)
    .await
    .unwrap();
    let allowed = ["operator", "producer"].map(|role| {
        let of_runs = ["branch", "failed", "outage", "started_at", "tests", "workflow_name"];
        let of_imports = ["counts", "deviations"];
        let runs = of_runs.map(|column| format!("attestor_{role} ci_runs {column} changed"));
        let imports = of_imports.map(|column| format!("attestor_{role} test_imports {column} changed"));
        [&runs[..], &imports[..]].concat()
    });
    assert_eq!(changed, allowed.concat());
}

//! Risk: the terms, the words, and that Rust and SQL agree.

use crate::support::database;
use attestor::text::SafeText;
use attestor::triage::finding::Severity;
use attestor::triage::risk::{CveThreat, RiskInputs, RiskTerms};
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::{Config, TestRunner};
use sqlx::PgConnection;

/// A finding as far as its risk goes, with what is known of its CVEs.
#[derive(Debug, Clone)]
struct Case {
    severity: String,
    cves: Vec<(String, Option<f64>)>,
    red_team_success: Option<bool>,
    ai_verdict: Option<String>,
    ai_confidence: Option<f64>,
}

fn threat(cve: &str, epss: Option<f64>, kev: Option<bool>, ransomware: Option<bool>) -> CveThreat {
    CveThreat {
        cve_id: SafeText::new(cve),
        epss,
        epss_percentile: None,
        kev,
        ransomware,
        kev_added: None,
        kev_due: None,
    }
}

fn terms(severity: &str, cves: &[CveThreat], red: Option<bool>, ai: Option<(&str, f64)>) -> RiskTerms {
    RiskTerms::of(&RiskInputs {
        severity: Severity::parse(severity),
        cves,
        red_team_success: red,
        ai_verdict: ai.map(|(verdict, _)| verdict),
        ai_confidence: ai.map(|(_, confidence)| confidence),
    })
}

#[test]
fn terms_are_told_with_where_they_come_from() {
    let check = |terms: RiskTerms, expected: &str| assert_eq!(terms.to_string(), expected);
    let cve = |epss, kev, ransomware| vec![threat("CVE-2024-3094", epss, kev, ransomware)];
    check(
        terms("critical", &[], Some(true), Some(("FP", 0.99))),
        "90.0 = threat 1.00 (red team succeeded) × severity .90 × boost 1.00",
    );
    check(
        terms("High", &[], None, Some(("TP", 0.93))),
        "69.8 = threat .93 (AI says TP) × severity .75 × boost 1.00",
    );
    check(
        terms("low", &[], Some(false), Some(("fp", 0.86))),
        "4.2 = threat .14 (AI says FP) × severity .30 × boost 1.00",
    );
    check(terms("info", &[], None, None), "2.5 = threat .50 (no AI verdict) × severity .05 × boost 1.00");
    check(
        terms("critical", &cve(Some(0.943), None, None), None, None),
        "84.9 = threat .94 (EPSS of CVE-2024-3094) × severity .90 × boost 1.00",
    );
    check(
        terms("critical", &cve(None, None, None), Some(true), Some(("TP", 1.0))),
        "45.0 = threat .50 (CVE-2024-3094: EPSS and KEV unknown) × severity .90 × boost 1.00",
    );
    check(
        terms("critical", &cve(Some(0.2), Some(true), Some(false)), None, None),
        "94.5 = threat 1.00 (CVE-2024-3094 is known to be exploited) × severity .90 × boost 1.05",
    );
    check(
        terms("critical", &cve(None, Some(true), Some(true)), None, None),
        "99.0 = threat 1.00 (CVE-2024-3094 is known to be exploited) × severity .90 × boost 1.10",
    );
}

#[test]
fn odd_values_never_reach_the_product() {
    let check = |terms: RiskTerms, expected: f64| assert_eq!(terms.value(), expected, "{terms}");
    check(terms("medium", &[], None, Some(("TP", f64::NAN))), 25.0);
    check(terms("medium", &[], None, Some(("TP", 85.0))), 50.0);
    check(terms("medium", &[], None, Some(("FP", -3.0))), 50.0);
    check(terms("medium", &[], None, Some(("RV", 0.9))), 25.0);
    check(terms("medium", &[], None, Some(("", 0.9))), 25.0);
    check(terms("nobody knows", &[], Some(true), None), 50.0);
    check(terms("medium", &[threat("a", Some(f64::NAN), None, None)], None, None), 25.0);
    check(terms("medium", &[threat("a", Some(7.0), None, None)], None, None), 50.0);
    let several = [
        threat("a", Some(0.1), None, None),
        threat("b", None, None, None),
        threat("c", Some(0.2), None, None),
    ];
    check(terms("medium", &several, None, None), 25.0);
    let kev_of_one =
        [threat("a", Some(0.9), Some(false), None), threat("b", Some(0.1), Some(true), Some(true))];
    check(terms("critical", &kev_of_one, None, None), 99.0);
}

fn cases() -> impl Strategy<Value = Case> {
    let severity = prop_oneof![
        Just("critical"),
        Just("CRIT"),
        Just("Blocker"),
        Just(" high "),
        Just("error"),
        Just("Major"),
        Just("important"),
        Just("warning"),
        Just("medium"),
        Just(""),
        Just("Note"),
        Just("low"),
        Just("minor"),
        Just("none"),
        Just("info"),
        Just("Information"),
        Just("informational"),
        Just("\thigh"),
        Just("høj"),
        Just("9.8"),
    ];
    let number = prop_oneof![
        8 => 0.0..1.0_f64,
        2 => (0..200_u32).prop_map(|n| f64::from(n) / 200.0),
        1 => prop_oneof![
            Just(f64::NAN), Just(f64::INFINITY), Just(f64::NEG_INFINITY), Just(-0.0), Just(1e-300), Just(93.0), Just(-1.0),
            Just(0.000_333_333), Just(1.0),
        ],
    ];
    let verdict = prop_oneof![
        Just("TP"),
        Just("FP"),
        Just("tp"),
        Just("Fp"),
        Just(" TP "),
        Just("RV"),
        Just(""),
        Just("TP\t")
    ];
    // Few names, so that a finding names known and unknown ones; their EPSS comes with the batch.
    let cve = (0..40_u32).prop_map(|n| format!("CVE-2026-{n:04}"));
    (
        severity,
        prop_oneof![3 => Just(Vec::new()), 2 => prop::collection::vec(cve, 1..4)],
        prop::option::of(any::<bool>()),
        prop::option::of(verdict),
        prop::option::of(number),
    )
        .prop_map(|(severity, cves, red_team_success, ai_verdict, ai_confidence)| Case {
            severity: severity.to_owned(),
            cves: cves.into_iter().map(|cve| (cve, None)).collect(),
            red_team_success,
            ai_verdict: ai_verdict.map(str::to_owned),
            ai_confidence,
        })
}

/// The risks that the database stores for the cases: through the trigger, as a producer's rows.
async fn risks_by_sql(connection: &mut PgConnection, cases: &[Case]) -> Vec<(i16, f64)> {
    sqlx::query("delete from triage.findings").execute(&mut *connection).await.unwrap();
    let names = |case: &Case| case.cves.iter().map(|(cve, _)| cve.clone()).collect::<Vec<_>>().join(",");
    sqlx::query(
        "insert into triage.findings (id, severity, cve_ids, red_team_success, ai_verdict, ai_confidence)
         select i, s, string_to_array(c, ','), r, v, n
         from unnest($1::bigint[], $2::text[], $3::text[], $4::boolean[], $5::text[], $6::double precision[])
              as each (i, s, c, r, v, n)",
    )
    .bind((0..cases.len() as i64).collect::<Vec<_>>())
    .bind(cases.iter().map(|c| c.severity.clone()).collect::<Vec<_>>())
    .bind(cases.iter().map(names).collect::<Vec<_>>())
    .bind(cases.iter().map(|c| c.red_team_success).collect::<Vec<_>>())
    .bind(cases.iter().map(|c| c.ai_verdict.clone()).collect::<Vec<_>>())
    .bind(cases.iter().map(|c| c.ai_confidence).collect::<Vec<_>>())
    .execute(&mut *connection)
    .await
    .unwrap();
    sqlx::query_as("select severity_rank, risk from triage.findings order by id")
        .fetch_all(connection)
        .await
        .unwrap()
}

#[tokio::test]
async fn rust_and_sql_agree() {
    let mut connection = database().await.superuser().await;
    let mut runner = TestRunner::new(Config { failure_persistence: None, ..Config::default() });
    let known = prop::collection::vec(
        prop::option::of(prop_oneof![
            8 => 0.0..1.0_f64, 1 => Just(f64::NAN), 1 => Just(4.0), 1 => Just(-1.0)
        ]),
        20,
    );
    for _ in 0..4 {
        let mut cases = prop::collection::vec(cases(), 2_000).new_tree(&mut runner).unwrap().current();
        let epss = known.new_tree(&mut runner).unwrap().current();
        sqlx::query("delete from triage.epss_data").execute(&mut connection).await.unwrap();
        for (n, probability) in epss.iter().enumerate() {
            sqlx::query("insert into triage.epss_data values ($1, $2, 0.5)")
                .bind(format!("CVE-2026-{n:04}"))
                .bind(probability)
                .execute(&mut connection)
                .await
                .unwrap();
        }
        for case in &mut cases {
            for (cve, known) in &mut case.cves {
                let n: usize = cve.trim_start_matches("CVE-2026-").parse().unwrap();
                *known = epss.get(n).copied().flatten();
            }
        }
        let by_sql = risks_by_sql(&mut connection, &cases).await;
        assert_eq!(by_sql.len(), cases.len());
        for (case, (rank, risk)) in cases.iter().zip(by_sql) {
            let cves: Vec<_> = case.cves.iter().map(|(cve, epss)| threat(cve, *epss, None, None)).collect();
            let by_rust = RiskTerms::of(&RiskInputs {
                severity: Severity::parse(&case.severity),
                cves: &cves,
                red_team_success: case.red_team_success,
                ai_verdict: case.ai_verdict.as_deref(),
                ai_confidence: case.ai_confidence,
            });
            assert_eq!(Severity::parse(&case.severity).rank(), rank, "{case:?}");
            assert_eq!(by_rust.value(), risk, "{case:?}: {by_rust}");
        }
    }
}

/// What no table of ours holds yet: the view replaced by one that knows KEV.
#[tokio::test]
async fn a_known_exploited_cve_counts_the_same_on_both_sides() {
    let mut connection = database().await.superuser().await;
    sqlx::raw_sql(
        "create or replace view triage.cve_threat as
         select * from (values ('k', 0.1::double precision, null::double precision, true, false),
                               ('r', null, null, true, true), ('n', 0.4, null, false, null)) as known
                       (cve_id, epss, epss_percentile, kev, ransomware);
         insert into triage.findings (id, severity, cve_ids)
         values (1, 'critical', '{k}'), (2, 'high', '{n,r}'), (3, 'high', '{n}'), (4, 'low', '{k,unknown}')",
    )
    .execute(&mut connection)
    .await
    .unwrap();
    let by_sql: Vec<f64> = sqlx::query_scalar("select risk from triage.findings order by id")
        .fetch_all(&mut connection)
        .await
        .unwrap();
    let k = threat("k", Some(0.1), Some(true), Some(false));
    let r = threat("r", None, Some(true), Some(true));
    let n = threat("n", Some(0.4), Some(false), None);
    let by_rust: Vec<f64> = [
        terms("critical", std::slice::from_ref(&k), None, None),
        terms("high", &[n.clone(), r], None, None),
        terms("high", &[n], None, None),
        terms("low", &[k, threat("unknown", None, None, None)], None, None),
    ]
    .iter()
    .map(RiskTerms::value)
    .collect();
    assert_eq!(by_sql, [94.5, 82.5, 30.0, 31.5]);
    assert_eq!(by_rust, by_sql);
}

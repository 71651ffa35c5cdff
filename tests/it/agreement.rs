//! AI against people: the rates, the blind sample, and both on a real server.

use crate::triage::stage::{Stage, stage};
use attestor::db::{Access, Db};
use attestor::error::Kind;
use attestor::ids::{DeedKey, FindingId};
use attestor::triage::actions::{GiveFeedback, Outcome, TakeBack, give_feedback, set_blind_share, take_back};
use attestor::triage::agreement::{Cell, Matrix, Rates, measure};
use attestor::triage::blind::Share;
use attestor::triage::feedback::{Reason, Target};
use attestor::triage::finding::Verdict::{self, FalsePositive as Fp, TruePositive as Tp};
use attestor::triage::rate::Rate;
use attestor::triage::stats::Stats;
use attestor::triage::store::{agreement, blind, detail, findings};
use attestor::{filter, triage::store::fields::FIELDS};
use proptest::prelude::*;

fn rate(k: u64, n: u64, low: f64, high: f64) {
    let rate = Rate::of(k, n);
    let near = |got: Option<f64>, wanted: f64| (got.unwrap() - wanted).abs() < 5e-5;
    assert!(near(rate.low, low) && near(rate.high, high), "{k}/{n}: {rate:?}, not {low} to {high}");
    assert_eq!(rate.rate, Some(k as f64 / n as f64));
}

#[test]
fn intervals_are_those_of_the_literature() {
    // Newcombe, Statistics in Medicine 17 (1998), table I, method 3.
    rate(81, 263, 0.2553, 0.3662);
    rate(15, 148, 0.0624, 0.1605);
    rate(0, 20, 0.0, 0.1611);
    rate(1, 29, 0.0061, 0.1718);
    rate(10, 12, 0.5520, 0.9530);
    rate(29, 29, 0.8830, 1.0);
    rate(50, 100, 0.4038, 0.5962);
    rate(1, 1, 0.2065, 1.0);
}

#[test]
fn few_cases_are_called_few() {
    let none = Rate::of(0, 0);
    assert_eq!((none.rate, none.low, none.high, none.small), (None, None, None, true));
    assert_eq!(none.to_string(), "- (no case)");
    assert!(Rate::of(5, 29).small && !Rate::of(5, 30).small);
    assert_eq!(Rate::of(10, 12).to_string(), "83.3 % (55.2 to 95.3), 10 of 12, few");
    assert_eq!(Rate::of(50, 100).to_string(), "50.0 % (40.4 to 59.6), 50 of 100");
    assert_eq!(Rate::of(3, 2), Rate::of(2, 2));
}

fn matrix(tp_tp: u64, tp_fp: u64, fp_tp: u64, fp_fp: u64) -> Matrix {
    let mut matrix = Matrix::default();
    for (ai, person, count) in [(Tp, Tp, tp_tp), (Tp, Fp, tp_fp), (Fp, Tp, fp_tp), (Fp, Fp, fp_fp)] {
        matrix.add(ai, person, count);
    }
    matrix
}

fn kappa(matrix: Matrix, wanted: Option<f64>) {
    let got = matrix.kappa();
    let same = match (got, wanted) {
        (Some(got), Some(wanted)) => (got - wanted).abs() < 5e-5,
        (got, wanted) => got == wanted,
    };
    assert!(same, "{matrix:?}: {got:?}, not {wanted:?}");
}

#[test]
fn kappa_is_agreement_beyond_chance() {
    kappa(matrix(20, 5, 10, 15), Some(0.4));
    kappa(matrix(45, 15, 25, 15), Some(0.1304));
    kappa(matrix(25, 35, 5, 35), Some(0.2593));
    kappa(matrix(5, 0, 0, 5), Some(1.0));
    kappa(matrix(0, 5, 5, 0), Some(-1.0));
    kappa(matrix(9, 0, 0, 0), None);
    kappa(matrix(0, 0, 0, 0), None);
    kappa(matrix(0, 9, 0, 0), Some(0.0));
}

#[test]
fn rates_are_of_what_they_say() {
    let rates = Rates::of(matrix(70, 10, 5, 15));
    assert_eq!((rates.n, rates.agreement), (100, Rate::of(85, 100)));
    // 15 of the AI's 20 FP calls held; 5 of the 75 real ones would have been missed.
    assert_eq!(rates.fp_precision, Rate::of(15, 20));
    assert_eq!(rates.missed_tp, Rate::of(5, 75));
}

fn cell(tool: &str, rule: &str, ai: Verdict, person: Verdict, confidence: Option<f64>, count: u64) -> Cell {
    Cell {
        tool: tool.into(),
        rule_id: rule.into(),
        ai,
        person,
        bin: confidence.map(|c| (c * 10.0) as usize),
        confidence_sum: confidence.unwrap_or(0.0) * count as f64,
        count,
    }
}

#[test]
fn cells_add_up_by_tool_rule_and_confidence() {
    let measured = measure(&[
        cell("a", "r1", Tp, Tp, Some(0.95), 8),
        cell("a", "r1", Tp, Fp, Some(0.95), 2),
        cell("a", "r2", Fp, Fp, Some(0.55), 3),
        cell("b", "r1", Fp, Tp, None, 4),
        cell("b", "r1", Fp, Fp, Some(1.0), 1),
    ]);
    assert_eq!(measured.rates.matrix, matrix(8, 2, 4, 4));
    let tools: Vec<_> = measured.by_tool.iter().map(|t| (t.tool.as_str(), t.rates.n)).collect();
    assert_eq!(tools, [("a", 13), ("b", 5)]);
    let rules: Vec<_> =
        measured.by_rule.iter().map(|r| (r.tool.as_str(), r.rule_id.as_str(), r.rates.n)).collect();
    assert_eq!(rules, [("a", "r1", 10), ("b", "r1", 5), ("a", "r2", 3)]);
    assert_eq!(measured.without_confidence, 4);
    assert_eq!(measured.calibration.len(), 10);
    assert_eq!(measured.calibration[5].right, Rate::of(3, 3));
    // 1.0 belongs to the last bin: 9 right of 11, mean (10 × .95 + 1) / 11.
    let last = &measured.calibration[9];
    assert_eq!((last.right, last.from, last.to), (Rate::of(9, 11), 0.9, 1.0));
    assert!((last.mean_confidence.unwrap() - 10.5 / 11.0).abs() < 1e-12);
    // (11 × |10.5/11 - 9/11| + 3 × |.55 - 1|) / 14
    assert!((measured.calibration_error.unwrap() - 2.85 / 14.0).abs() < 1e-12);
    assert_eq!(measure(&[]).calibration_error, None);
}

proptest! {
    #[test]
    fn an_interval_holds_its_rate(n in 1_u64..5000, part in 0.0..=1.0_f64) {
        let rate = Rate::of((n as f64 * part) as u64, n);
        let (low, middle, high) = (rate.low.unwrap(), rate.rate.unwrap(), rate.high.unwrap());
        prop_assert!(0.0 <= low && low <= middle && middle <= high && high <= 1.0, "{rate:?}");
    }

    #[test]
    fn a_larger_share_only_adds(id in 1_i64.., a in 0.0..=1.0_f64, b in 0.0..=1.0_f64) {
        let (small, large) = (Share::new(a.min(b)).unwrap(), Share::new(a.max(b)).unwrap());
        prop_assert!(!small.holds(FindingId(id)) || large.holds(FindingId(id)));
    }
}

#[test]
fn shares_are_read_as_people_write_them() {
    for (text, share) in
        [("0.1", 0.1), (".1", 0.1), ("10%", 0.1), (" 10 % ", 0.1), ("1", 1.0), ("100%", 1.0), ("0", 0.0)]
    {
        assert_eq!(text.parse::<Share>().unwrap().get(), share, "{text}");
    }
    for text in ["", "10", "-0.1", "101%", "nan", "inf", "a tenth", "%"] {
        assert_eq!(text.parse::<Share>().unwrap_err().kind(), Kind::Usage, "{text}");
    }
    assert_eq!(Share::new(-0.0).unwrap().get().to_string(), "0");
}

/// The places of some ids, computed elsewhere from the published rule.
#[test]
fn the_sample_is_pinned() {
    for (id, place) in [
        (1, 0.654_427_79),
        (2, 0.295_523_34),
        (3, 0.927_079_80),
        (42, 0.972_853_69),
        (1_000_000, 0.949_579_16),
    ] {
        assert!(!Share::new(place - 1e-6).unwrap().holds(FindingId(id)), "{id}");
        assert!(Share::new(place + 1e-6).unwrap().holds(FindingId(id)), "{id}");
    }
}

#[tokio::test]
async fn the_database_draws_the_same_sample() {
    let mut stage = stage().await;
    for share in [0.0, 1e-4, 0.1, 0.5, 0.999, 1.0] {
        let drawn: Vec<i64> = sqlx::query_scalar(
            "select i from generate_series(1, 3000::bigint) as i where triage.in_blind_sample(i, $1) order by i",
        )
        .bind(share)
        .fetch_all(&mut stage.superuser)
        .await
        .unwrap();
        let share = Share::new(share).unwrap();
        let held: Vec<i64> = (1..=3000).filter(|id| share.holds(FindingId(*id))).collect();
        assert_eq!(drawn, held, "{share}");
    }
    let all: bool = sqlx::query_scalar("select triage.in_blind_sample(9223372036854775807, 1)")
        .fetch_one(&mut stage.superuser)
        .await
        .unwrap();
    assert!(all);
}

async fn decide(stage: &Stage, id: i64, verdict: Verdict) {
    let finding = FindingId(id);
    let version = detail::show(&stage.db, finding).await.unwrap().finding.version;
    let deed = GiveFeedback {
        targets: vec![Target { finding, version }],
        verdict,
        reason: Reason::new("because").unwrap(),
        filter: None,
        key: DeedKey::fresh(),
    };
    assert!(matches!(give_feedback(&stage.db, &deed).await.unwrap(), Outcome::Done(_)));
}

async fn stats(stage: &Stage, filter: &str) -> Stats {
    let filter = filter::parse(filter, &FIELDS).unwrap();
    agreement::stats(&stage.db, &filter, chrono::Utc::now()).await.unwrap()
}

async fn is_blind(stage: &Stage, id: i64) -> bool {
    let filter = filter::parse(&format!("id:{id}"), &FIELDS).unwrap();
    let query = findings::Query::first(filter, 1, chrono::Utc::now());
    let listed = findings::list(&stage.db, &query).await.unwrap().rows.remove(0);
    let shown = detail::show(&stage.db, FindingId(id)).await.unwrap().finding;
    assert_eq!(listed.blind, shown.blind);
    shown.blind
}

#[tokio::test]
async fn a_finding_is_blind_until_somebody_decides() {
    let mut stage = stage().await;
    stage.findings(3).await;
    stage.run("update triage.findings set ai_verdict = null where id = 3").await;
    assert!(!is_blind(&stage, 1).await);
    let all = Share::new(1.0).unwrap();
    set_blind_share(&stage.db, all, DeedKey::fresh()).await.unwrap().unwrap();
    assert_eq!(blind::share(&stage.db).await.unwrap(), all);
    // What the AI did not judge has nothing to hide.
    assert_eq!(
        (is_blind(&stage, 1).await, is_blind(&stage, 2).await, is_blind(&stage, 3).await),
        (true, true, false)
    );
    decide(&stage, 1, Fp).await;
    assert!(!is_blind(&stage, 1).await);
    let finding = FindingId(1);
    let version = detail::show(&stage.db, finding).await.unwrap().finding.version;
    let back = TakeBack {
        targets: vec![(Target { finding, version }, None)],
        reason: None,
        filter: None,
        key: DeedKey::fresh(),
    };
    assert!(matches!(take_back(&stage.db, &back).await.unwrap(), Outcome::Done(_)));
    // The AI's side has been shown; taking back does not undo that.
    assert!(!is_blind(&stage, 1).await);
    decide(&stage, 1, Tp).await;
    let feedback = detail::show(&stage.db, finding).await.unwrap().feedback;
    assert_eq!(feedback.iter().map(|f| f.blind).collect::<Vec<_>>(), [true, false, false]);
    // The blind verdict counts, whatever followed; among all decisions the last one does.
    let stats = stats(&stage, "").await;
    assert_eq!((stats.blind.agreement.rates.matrix, stats.blind.waiting), (matrix(0, 1, 0, 0), 1));
    assert_eq!(stats.all.rates.matrix, matrix(1, 0, 0, 0));
}

#[tokio::test]
async fn the_share_is_an_operators_and_stands_in_the_chain() {
    let mut stage = stage().await;
    let tenth = Share::new(0.1).unwrap();
    set_blind_share(&stage.db, tenth, DeedKey::fresh()).await.unwrap().unwrap();
    assert_eq!(set_blind_share(&stage.db, tenth, DeedKey::fresh()).await.unwrap(), None);
    let entry = stage
        .value("select jsonb_build_array(category, event_type, payload - 'idempotency_key') from audit.audit_trail_entries")
        .await;
    assert_eq!(entry, serde_json::json!(["config_change", "blind_share_set", {"from": 0.0, "to": 0.1}]));
    stage.analyst("ann").await;
    let db = Db::lazy(stage.options_as("ann"), Access::ReadWrite);
    let refused = set_blind_share(&db, Share::new(0.2).unwrap(), DeedKey::fresh()).await.unwrap_err();
    assert_eq!((refused.kind(), blind::share(&stage.db).await.unwrap()), (Kind::Denied, tenth));
    assert_eq!(stage.count("select count(*) from audit.audit_trail_entries").await, 1);
}

#[tokio::test]
async fn verdicts_are_counted_where_both_stand() {
    let mut stage = stage().await;
    stage.findings(9).await;
    stage
        .run(
            "update triage.findings set ai_verdict = ' fp ', ai_confidence = 0.8 where id in (1, 2, 3);
             update triage.findings set ai_confidence = 1 where id = 4;
             update triage.findings set ai_confidence = 'NaN', tool = 'trivy' where id = 5;
             update triage.findings set ai_confidence = 7, rule_id = 'rule-4' where id = 6;
             update triage.findings set ai_verdict = 'unsure' where id = 7;
             update triage.findings set triage_decision = 'RV' where id = 8",
        )
        .await;
    for (id, verdict) in [(1, Fp), (2, Fp), (3, Tp), (4, Tp), (5, Tp), (7, Tp)] {
        decide(&stage, id, verdict).await;
    }
    // A producer's own decision, without a feedback.
    stage.run("update triage.findings set triage_decision = 'fp' where id = 6").await;
    let all = stats(&stage, "").await;
    assert_eq!(all.all.rates.matrix, matrix(2, 1, 1, 2));
    let seen = all.population;
    assert_eq!((seen.findings, seen.decided, seen.decided_without_ai), (9, 7, 1));
    assert_eq!((seen.undecided_with_ai, seen.without_feedback), (2, 1));
    assert_eq!(all.blind.agreement.rates.n, 0);
    // 1 and what was cut to 1 in the last bin, .8 in its own, NaN nowhere.
    assert_eq!(all.all.calibration[9].right, Rate::of(1, 2));
    assert_eq!(all.all.calibration[8].right, Rate::of(2, 3));
    assert_eq!(all.all.without_confidence, 1);
    let rules: Vec<_> = all.all.by_rule.iter().map(|r| (r.rule_id.as_str(), r.rates.n)).collect();
    assert_eq!(rules[0], ("rule-4", 2));
    assert_eq!(stats(&stage, "tool:trivy").await.all.rates.matrix, matrix(1, 0, 0, 0));
    assert_eq!(stats(&stage, "id:99").await.population.findings, 0);
}

/// The risk in the row, and what the detail explains: always one number.
async fn risk(stage: &Stage, id: i64) -> f64 {
    let shown = detail::show(&stage.db, FindingId(id)).await.unwrap();
    assert_eq!(shown.finding.risk, shown.risk_terms.value(), "{}", shown.risk_terms);
    shown.finding.risk
}

async fn share(stage: &Stage, share: f64) {
    set_blind_share(&stage.db, Share::new(share).unwrap(), DeedKey::fresh()).await.unwrap();
}

#[tokio::test]
async fn what_is_hidden_does_not_count_in_the_risk() {
    let mut stage = stage().await;
    stage.findings(6).await;
    stage.run("update triage.findings set ai_confidence = 0.96").await;
    stage.run("insert into triage.epss_data values ('CVE-2024-1111', 0.2, 0.5)").await;
    stage.run("update triage.findings set cve_ids = '{CVE-2024-1111}' where id = 5").await;
    stage.run("update triage.findings set red_team_success = true where id = 6").await;
    decide(&stage, 4, Fp).await;
    let risks = async |stage: &Stage| {
        let mut risks = Vec::new();
        for id in 1..=6 {
            risks.push(risk(stage, id).await);
        }
        risks
    };
    assert_eq!(risks(&stage).await, [72.0, 72.0, 72.0, 72.0, 15.0, 75.0]);
    share(&stage, 1.0).await;
    // The decided one had nothing to hide; what is known of a CVE or proved by an exploit is no opinion.
    assert_eq!(risks(&stage).await, [37.5, 37.5, 37.5, 72.0, 15.0, 75.0]);
    // The AI thinks again: still hidden.
    stage.run("update triage.findings set ai_confidence = 0.1 where id = 1").await;
    assert_eq!(risk(&stage, 1).await, 37.5);
    stage.run("update triage.findings set severity = 'critical' where id = 1").await;
    assert_eq!(risk(&stage, 1).await, 45.0);
    decide(&stage, 1, Tp).await;
    assert_eq!(risk(&stage, 1).await, 9.0);
    // A producer's decision shows it too, and without a feedback its end hides it again.
    stage.run("update triage.findings set triage_decision = 'tp' where id = 2").await;
    assert_eq!(risk(&stage, 2).await, 72.0);
    stage.run("update triage.findings set triage_decision = null where id = 2").await;
    assert_eq!(risk(&stage, 2).await, 37.5);
    // What is written while it is set is scored so.
    stage
        .run("insert into triage.findings (id, scan_id, severity, ai_verdict, ai_confidence) values (7, 1, 'high', 'FP', 0.96)")
        .await;
    assert_eq!(risk(&stage, 7).await, 37.5);
    share(&stage, 0.0).await;
    assert_eq!(risks(&stage).await, [9.0, 72.0, 72.0, 72.0, 15.0, 75.0]);
    assert_eq!(risk(&stage, 7).await, 3.0);
}

#[tokio::test]
async fn another_share_changes_what_enters_or_leaves_the_sample() {
    let mut stage = stage().await;
    stage.findings(400).await;
    stage.run("update triage.findings set ai_confidence = 0.96").await;
    for part in [0.3, 0.7, 0.1, 0.0] {
        share(&stage, part).await;
        let hidden: Vec<i64> =
            sqlx::query_scalar("select id from triage.findings where risk = 37.5 order by id")
                .fetch_all(&mut stage.superuser)
                .await
                .unwrap();
        let held: Vec<i64> = (1..=400).filter(|id| Share::new(part).unwrap().holds(FindingId(*id))).collect();
        assert_eq!(hidden, held, "{part}");
        let blind: Vec<i64> = sqlx::query_scalar(
            "select id from triage.findings f where triage.is_blind(id, ai_verdict, triage_decision) order by id",
        )
        .fetch_all(&mut stage.superuser)
        .await
        .unwrap();
        assert_eq!(blind, held, "{part}");
        let listed = filter::parse("is:blind", &FIELDS).unwrap();
        let listed = findings::targets(&stage.db, &listed, chrono::Utc::now()).await.unwrap();
        assert_eq!(listed.iter().map(|t| t.finding.0).collect::<Vec<_>>(), held, "{part}");
    }
}

/// A writer that saw the old share is waited for.
#[tokio::test]
async fn a_finding_written_while_the_share_is_set_is_hidden_too() {
    let mut stage = stage().await;
    stage.findings(1).await;
    let mut writer = stage.database.superuser().await;
    sqlx::raw_sql(
        "begin; insert into triage.findings (id, scan_id, severity, ai_verdict, ai_confidence) values (2, 1, 'high', 'TP', 1)",
    )
    .execute(&mut writer)
    .await
    .unwrap();
    let db = stage.db.clone();
    let setting =
        tokio::spawn(async move { set_blind_share(&db, Share::new(1.0).unwrap(), DeedKey::fresh()).await });
    let waiting = "select count(*) from pg_stat_activity
        where datname = current_database() and application_name = 'attestor' and wait_event_type = 'Lock'";
    while stage.count(waiting).await == 0 {
        tokio::task::yield_now().await;
    }
    sqlx::raw_sql("commit").execute(&mut writer).await.unwrap();
    setting.await.unwrap().unwrap().unwrap();
    assert_eq!(risk(&stage, 2).await, 37.5);
}

#[tokio::test]
async fn an_exploited_cve_is_a_filter() {
    let mut stage = stage().await;
    stage.findings(3).await;
    stage
        .run(
            "update triage.findings set cve_ids = '{CVE-2020-1,CVE-2024-1111}' where id = 2;
             update triage.findings set cve_ids = '{CVE-2020-1}' where id = 3;
             insert into triage.kev (cve_id, ransomware) values ('CVE-2024-1111', false)",
        )
        .await;
    for (text, wanted) in [("is:kev", vec![2]), ("is:exploited", vec![2]), ("-is:kev", vec![1, 3])] {
        let filter = filter::parse(text, &FIELDS).unwrap();
        let found = findings::targets(&stage.db, &filter, chrono::Utc::now()).await.unwrap();
        assert_eq!(found.iter().map(|t| t.finding.0).collect::<Vec<_>>(), wanted, "{text}");
    }
}

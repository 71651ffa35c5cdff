//! The reader of EPSS.

use attestor::error::{Error, Kind};
use attestor::triage::cve;
use attestor::triage::epss::{Score, read};
use proptest::prelude::*;
use std::collections::HashSet;

type Whole = (Option<String>, Option<String>, Vec<(String, f64, f64)>);

fn whole(file: &[u8]) -> Result<Whole, Error> {
    let mut scores = read(file)?;
    let rows = scores.by_ref().collect::<Result<Vec<Score>, Error>>()?;
    let date = scores.edition.date.map(|date| date.to_string());
    let rows = rows.into_iter().map(|s| (s.cve_id, s.probability, s.percentile)).collect();
    Ok((date, scores.edition.model_version.clone(), rows))
}

fn check(file: &str, date: Option<&str>, model: Option<&str>, rows: &[(&str, f64, f64)]) {
    let (read_date, read_model, read_rows) = whole(file.as_bytes()).unwrap();
    assert_eq!((read_date.as_deref(), read_model.as_deref()), (date, model), "{file}");
    let read_rows: Vec<_> = read_rows.iter().map(|(cve, p, q)| (cve.as_str(), *p, *q)).collect();
    assert_eq!(read_rows, rows, "{file}");
}

fn refused(file: impl AsRef<[u8]>, words: &[&str]) {
    let error = whole(file.as_ref()).unwrap_err();
    assert_eq!(error.kind(), Kind::UnreadableInput);
    for word in words {
        assert!(error.to_string().contains(word), "`{error}` says `{word}`");
    }
}

const ONE: (&str, f64, f64) = ("CVE-2024-3094", 0.25, 0.5);

#[test]
fn the_dialects_are_read() {
    let dated = "#model_version:v2025.03.14,score_date:2026-01-15T00:00:00+0000\n";
    let row = "cve,epss,percentile\nCVE-2024-3094,0.25,0.5\n";
    check(&format!("{dated}{row}"), Some("2026-01-15"), Some("v2025.03.14"), &[ONE]);
    check(&format!("#model_version:v2023.03.01\n{row}"), None, Some("v2023.03.01"), &[ONE]);
    check(row, None, None, &[ONE]);
    check(&format!("#a comment\n{dated}{row}"), Some("2026-01-15"), Some("v2025.03.14"), &[ONE]);
    check("#score_date:2026-01-15\ncve,epss,percentile\n", Some("2026-01-15"), None, &[]);
    // The day of a time is its day in UTC.
    check("#score_date:2026-01-15T23:30:00-0200\ncve,epss,percentile\n", Some("2026-01-16"), None, &[]);
    check("\u{feff}cve,epss,percentile\r\nCVE-2024-3094,0.25,0.5\r\n", None, None, &[ONE]);
    check("percentile,x,cve,epss\n0.5,what,cve-2024-3094,0.25", None, None, &[ONE]);
    check("\"cve\",\"epss\",\"percentile\"\n\"CVE-2024-3094\",\"0.25\",\"0.5\"\n\n", None, None, &[ONE]);
    check(" cve , EPSS,percentile\n CVE-2024-3094 , 2.5e-1 , .5\n", None, None, &[ONE]);
    check("cve,epss,percentile\nCVE-2024-3094,0,1\n", None, None, &[("CVE-2024-3094", 0.0, 1.0)]);
    check(
        "cve,epss,percentile\nCVE-2024-0001,1e-05,0\nCVE-2024-00001,1,1\n",
        None,
        None,
        &[("CVE-2024-0001", 1e-5, 0.0), ("CVE-2024-00001", 1.0, 1.0)],
    );
}

#[test]
fn what_is_no_epss_is_refused_with_its_line() {
    refused("", &["line 1", "before its header"]);
    refused("#model_version:v1\n", &["line 2", "before its header"]);
    refused("<!DOCTYPE html><html>", &["line 1", "no column `cve`", "<!DOCTYPE html>"]);
    refused("cve,epss\n", &["line 1", "no column `percentile`"]);
    refused("#score_date:yesterday\ncve,epss,percentile\n", &["line 1", "`yesterday` is not a date"]);
    refused([0xff_u8, 0xfe, 0x00, b'\n'], &["line 1", "not UTF-8"]);
    refused(vec![b'#'; 100_000], &["line 1", "too long"]);
    refused("\x1b[31mred", &["line 1", "␛[31mred"]);
    let row = |row: &str| format!("#model_version:v1\ncve,epss,percentile\nCVE-2024-3094,0.25,0.5\n{row}");
    refused(row("CVE-2024-1111,0.1"), &["line 4", "2 fields", "3"]);
    refused(row("CVE-2024-1111,0.1,0.2,0.3\n"), &["line 4", "4 fields"]);
    refused(row("CVE-2024-11"), &["line 4", "1 fields"]);
    refused(row("CVE-2024-1111,1.5,0.2\n"), &["line 4", "epss `1.5` is not between 0 and 1"]);
    refused(row("CVE-2024-1111,0.1,-0.2\n"), &["line 4", "percentile `-0.2`"]);
    refused(row("CVE-2024-1111,nan,0.2\n"), &["line 4", "epss `nan`"]);
    refused(row("CVE-2024-1111,inf,0.2\n"), &["line 4", "epss `inf`"]);
    refused(row("CVE-2024-1111,,0.2\n"), &["line 4", "epss ``"]);
    refused(row("GHSA-2024-1111,0.1,0.2\n"), &["line 4", "`GHSA-2024-1111` is not a CVE id"]);
    refused(row("\n\nCVE-2024-3094,0.1,0.2\n"), &["line 6", "CVE-2024-3094 stands in the file twice"]);
    refused(row("cve-2024-3094,0.1,0.2\n"), &["line 4", "twice"]);
    refused(row("CVE-2024-1111,0.1,0.2\u{0}\n"), &["line 4", "percentile"]);
    let mut not_utf8 = row("").into_bytes();
    not_utf8.extend(b"CVE-2024-1111,\xff,0.1\n");
    refused(not_utf8, &["line 4", "not UTF-8"]);
    refused([row("").as_bytes(), &[b'1'; 5000]].concat(), &["line 4", "too long"]);
}

#[test]
fn ids_keep_their_zeros_apart() {
    let ids =
        ["CVE-2024-0001", "CVE-2024-00001", "CVE-2024-1000", "CVE-0024-1000", "CVE-2024-9999999999999999999"];
    let keys: HashSet<u128> = ids.iter().map(|id| cve::key(&cve::parse(id).unwrap())).collect();
    assert_eq!(keys.len(), ids.len());
    for wrong in [
        "",
        "CVE-",
        "CVE-24-1000",
        "CVE-2024-100",
        "CVE-2024-100a",
        "CVE-2024-12345678901234567890",
        "é-2024-1000",
    ] {
        assert_eq!(cve::parse(wrong), None, "{wrong}");
    }
}

proptest! {
    #[test]
    fn whatever_comes_is_read_or_refused(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
        drop(whole(&bytes));
    }

    #[test]
    fn scores_come_out_as_they_went_in(
        rows in proptest::collection::btree_map((1999_u16..2100, 1000_u32..99_999_999), (0.0..=1.0, 0.0..=1.0), 0..40),
    ) {
        let rows: Vec<(String, f64, f64)> =
            rows.into_iter().map(|((y, n), (p, q))| (format!("CVE-{y}-{n}"), p, q)).collect();
        let mut file = "cve,epss,percentile\n".to_owned();
        for (cve, p, q) in &rows {
            file += &format!("{cve},{p},{q}\n");
        }
        prop_assert_eq!(whole(file.as_bytes()).unwrap().2, rows);
    }
}

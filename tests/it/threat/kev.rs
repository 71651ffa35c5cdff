//! The reader of KEV.

use attestor::error::Kind;
use attestor::triage::kev::{Catalogue, read};
use proptest::prelude::*;

const ROW: &str = r#"{"cveID": "CVE-2024-3094", "vendorProject": "Tukaani", "product": "xz", "vulnerabilityName": "backdoor",
    "dateAdded": "2024-03-29", "dueDate": "2024-04-19", "knownRansomwareCampaignUse": "Unknown", "notes": ""}"#;

const HEADER: &str =
    "cveID,vendorProject,product,vulnerabilityName,dateAdded,dueDate,knownRansomwareCampaignUse";

fn json(rows: &[&str]) -> String {
    format!(
        r#"{{"title": "t", "catalogVersion": "2025.03.11", "dateReleased": "2025-03-11T17:10:05.6457Z",
            "count": {}, "vulnerabilities": [{}]}}"#,
        rows.len(),
        rows.join(",")
    )
}

fn refused(file: impl AsRef<[u8]>, words: &[&str]) {
    let error = read(file.as_ref()).unwrap_err();
    assert_eq!(error.kind(), Kind::UnreadableInput);
    for word in words {
        assert!(error.to_string().contains(word), "`{error}` says `{word}`");
    }
}

#[test]
fn both_forms_give_the_same_rows() {
    let Catalogue { date, version, rows } = read(json(&[ROW]).as_bytes()).unwrap();
    assert_eq!(
        (date.unwrap().to_string(), version.as_deref()),
        ("2025-03-11".to_owned(), Some("2025.03.11"))
    );
    let csv =
        format!("\u{feff}{HEADER}\r\ncve-2024-3094,Tukaani,xz,backdoor,2024-03-29,2024-04-19,Unknown\r\n");
    let from_csv = read(csv.as_bytes()).unwrap();
    assert_eq!((from_csv.date, from_csv.version), (None, None));
    assert_eq!(from_csv.rows, rows);
    let row = &rows[0];
    assert_eq!(
        (row.cve_id.as_str(), row.vendor.as_str(), row.product.as_str()),
        ("CVE-2024-3094", "Tukaani", "xz")
    );
    assert_eq!(row.due_date.unwrap().to_string(), "2024-04-19");
    assert!(!row.ransomware);
}

#[test]
fn ransomware_is_known_by_the_word() {
    for (word, known) in [("Known", true), ("known", true), ("Unknown", false), ("", false)] {
        let rows = read(json(&[&ROW.replace("Unknown", word)]).as_bytes()).unwrap().rows;
        assert_eq!(rows[0].ransomware, known, "{word}");
    }
}

#[test]
fn what_may_be_missing_is_empty() {
    let rows = read(json(&[r#"{"cveID": "CVE-2024-3094"}"#]).as_bytes()).unwrap().rows;
    assert_eq!((rows[0].vendor.as_str(), rows[0].date_added, rows[0].due_date), ("", None, None));
    let catalogue =
        read(br#"{"vulnerabilities": [{"cveID": "CVE-2024-3094", "product": "a\u0000b"}]}"#).unwrap();
    assert_eq!((catalogue.date, catalogue.version, catalogue.rows[0].product.as_str()), (None, None, "a␀b"));
}

#[test]
fn what_is_no_catalogue_is_refused_with_its_place() {
    refused("", &["the file is empty"]);
    refused(" \n ", &["the file is empty"]);
    refused("<!DOCTYPE html>", &["line 1", "no column `cveID`"]);
    refused([0x00, 0xff, 0x1b], &["line 1", "utf-8"]);
    refused("{}", &["missing field `vulnerabilities`", "line 1"]);
    refused("[]", &["not a KEV catalogue"]);
    let whole = json(&[ROW]);
    refused(&whole[..whole.len() - 20], &["EOF", "line 3"]);
    refused(whole.replace("\"count\": 1", "\"count\": 2"), &["says 2", "holds 1"]);
    refused(format!("{whole}{{"), &["trailing characters"]);
    refused(json(&[]), &["holds no vulnerability"]);
    refused(format!("{HEADER}\n"), &["holds no vulnerability"]);
    refused(json(&[ROW, ROW]), &["vulnerabilities[1]", "CVE-2024-3094 stands in the catalogue twice"]);
    refused(json(&[ROW, &ROW.replace("3094", "x")]), &["vulnerabilities[1]", "`CVE-2024-x` is not a CVE id"]);
    refused(json(&[&ROW.replace("2024-04-19", "soon")]), &["vulnerabilities[0]", "dueDate `soon`"]);
    refused(whole.replace("2025-03-11T17:10:05.6457Z", "today"), &["dateReleased `today`"]);
    refused(json(&[&ROW.replace("CVE-2024-3094", "\\u001b[2J")]), &["␛[2J"]);
    let row = "CVE-2024-3094,Tukaani,xz,backdoor,2024-03-29,2024-04-19,Unknown";
    refused(format!("{HEADER}\n{row}\nCVE-2024-1111,a,b\n"), &["line: 3", "3 fields"]);
    refused(format!("{HEADER}\n{row}\n{row}\n"), &["line 3", "twice"]);
    refused(format!("{HEADER}\n\"a\nb\",,,,,,\n"), &["line 2", "is not a CVE id"]);
    refused(
        format!("{HEADER}\n{row}\n{}\n", row.replace("3094", "1111").replace("2024-03-29", "29.3.")),
        &["line 3", "dateAdded `29.3.`"],
    );
    let mut not_utf8 = format!("{HEADER}\n").into_bytes();
    not_utf8.extend(b"CVE-2024-3094,\xff,,,,,\n");
    refused(not_utf8, &["UTF-8", "line 2"]);
}

proptest! {
    #[test]
    fn whatever_comes_is_read_or_refused(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
        drop(read(&bytes));
    }
}

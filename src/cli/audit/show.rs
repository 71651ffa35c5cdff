//! `attestor audit show`.

use crate::audit::detail::{Detail, Payload};
use crate::audit::examine::Standing;
use crate::audit::payload::Subject;
use crate::audit::store::stored::{stored, writers};
use crate::cli::Global;
use crate::cli::output::Format;
use crate::error::{Error, Kind, Result};
use crate::ids::EntrySeq;
use crate::text::{SafeText, visible, visible_lines};
use serde_json::{Map, Value, json};
use std::fmt::{self, Write as _};
use std::io::Write as _;

/// The exit status of a check that found something.
const FOUND: u8 = 3;

/// Shows an entry, each of its fields recomputed; exit status 3 where one does not hold.
pub(super) async fn run(seq: EntrySeq, global: &Global) -> Result<u8> {
    let session = global.open().await?;
    let Some((row, around)) = stored(&session.db, seq).await? else {
        return Err(
            Error::new(Kind::NotFound, format!("there is no entry {seq}")).hint("attestor audit list")
        );
    };
    let writers = match row.category.as_deref() {
        Some(category) => Some(writers(&session.db, category).await?),
        None => None,
    };
    let text = row.payload.as_deref().map(SafeText::new);
    let detail = Detail::of(&row, around, writers);
    let mut told = String::new();
    match global.format() {
        Format::Json => {
            told = object(&detail, text.as_ref()).to_string();
            told.push('\n');
        }
        // Writing into a string cannot fail.
        Format::Table | Format::Csv | Format::Plain => drop(write(&mut told, &detail, text.as_ref())),
    }
    std::io::stdout().lock().write_all(told.as_bytes())?;
    Ok(if detail.is_broken() { FOUND } else { 0 })
}

fn object(detail: &Detail, payload: Option<&SafeText>) -> Value {
    let mut columns: Map<String, Value> =
        detail.columns.iter().map(|(name, value)| ((*name).to_owned(), json!(value))).collect();
    columns.insert("payload_text".to_owned(), json!(payload));
    let checks = detail.checks.iter().map(|check| {
        json!({"field": check.field.title(), "standing": word(check.standing), "said": visible(&check.said)})
    });
    columns.insert("checks".to_owned(), checks.collect());
    columns.insert("about".to_owned(), json!(detail.subject.as_ref().map(about)));
    Value::Object(columns)
}

fn write(out: &mut String, detail: &Detail, payload: Option<&SafeText>) -> fmt::Result {
    writeln!(out, "entry {}", detail.seq)?;
    for (name, value) in &detail.columns {
        if let Some(value) = value {
            writeln!(out, "  {name:<15} {}", value.one_line())?;
        }
    }
    if let Some(subject) = &detail.subject {
        writeln!(out, "  {:<15} {}", "about", about(subject))?;
    }
    writeln!(out, "\npayload")?;
    match (&detail.payload, payload) {
        (Payload::Tree(_), Some(text)) => writeln!(out, "  {}", visible_lines(text))?,
        (Payload::TooLarge(bytes), _) => writeln!(out, "  {bytes} bytes, more than any entry may have")?,
        _ => writeln!(out, "  NULL")?,
    }
    writeln!(out, "\nrecomputed")?;
    for check in &detail.checks {
        let (title, said) = (check.field.title(), visible(&check.said));
        writeln!(out, "  {:<8} {title:<12} {said}", word(check.standing))?;
    }
    Ok(())
}

fn word(standing: Standing) -> &'static str {
    match standing {
        Standing::Holds => "holds",
        Standing::Broken => "BROKEN",
        Standing::Unknown => "unknown",
    }
}

fn about(subject: &Subject) -> String {
    match subject {
        Subject::Finding(id) => format!("finding {id}"),
        Subject::Scans(ids) => {
            let ids: Vec<String> = ids.iter().map(i64::to_string).collect();
            format!("scans {}", ids.join(", "))
        }
    }
}

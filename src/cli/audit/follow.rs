//! The live end of the chain: each entry verified as it comes.

use super::attend::attended;
use crate::audit::jobs::{Followed, follow as follow_chain};
use crate::audit::verify::checklist::told;
use crate::cli::Global;
use crate::cli::output::Format;
use crate::db::Db;
use crate::error::Result;
use crate::text::{counted, visible};
use serde_json::json;
use std::io::{self, Write};
use std::ops::ControlFlow;

/// The exit status of a check that found something.
const FOUND: u8 = 3;

/// Follows the chain after `seq` until a signal, a break, or nobody reads any more.
pub(super) async fn follow(db: &Db, seq: u64, global: &Global) -> Result<u8> {
    let (db, format) = (db.clone(), global.format());
    let after = i64::try_from(seq).unwrap_or(i64::MAX);
    attended(move |job| async move {
        let mut status = 0;
        follow_chain(&db, after, &job, |followed| {
            if followed.shrank || !followed.breaks.is_empty() {
                status = FOUND;
            }
            let written = tell(&followed, format);
            if status == 0 && written.is_ok() { ControlFlow::Continue(()) } else { ControlFlow::Break(()) }
        })
        .await?;
        Ok(status)
    })
    .await
}

fn tell(followed: &Followed, format: Format) -> io::Result<()> {
    let mut out = io::stdout().lock();
    if format == Format::Json {
        let Followed { seq, new, breaks, shrank } = followed;
        let object = json!({"seq": seq, "new": new, "breaks": breaks, "shrank": shrank});
        writeln!(out, "{object}")?;
    } else {
        writeln!(
            out,
            "up to {}: {} new, {}",
            followed.seq,
            followed.new,
            counted(followed.breaks.len(), "break")
        )?;
        if followed.shrank {
            writeln!(out, "  entries that were there are gone, or are others")?;
        }
        for found in &followed.breaks {
            writeln!(out, "  {}", visible(&told(found)))?;
        }
    }
    out.flush()
}

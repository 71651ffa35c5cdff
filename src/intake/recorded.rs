//! Imports as recorded runs.
//!
//! The import of a file is one entry of the chain, made with its rows; its run makes none beside it. A
//! run is no lock either: imports order themselves, and one that is asked for while the same is under way
//! waits for it and finds what it did.

use crate::db::Db;
use crate::error::{Error, Kind, Result};
use crate::ids::RunId;
use crate::jobs::JobContext;
use crate::operations::run::{Flow, Identity};
use crate::operations::start::{Asked, Finished, Started, bury, start};
use sha2::{Digest, Sha256};
use std::fmt::Write;
use std::fs::File;
use std::future::Future;
use std::io::{Read, Seek};
use std::sync::Arc;

/// Does `work` as a run of this identity; with the run, where one says so. Where such a run is active,
/// that is it, and the work is done beside it.
pub async fn recorded<T, W, Fut>(
    db: &Db,
    identity: Identity,
    label: &str,
    job: &JobContext,
    work: W,
    told: impl Fn(T) -> Finished<T>,
) -> Result<(T, Option<RunId>)>
where
    W: Fn(JobContext) -> Fut,
    Fut: Future<Output = Result<T>>,
{
    // What a killed import left is seen as what it is, as soon as somebody takes another file in.
    drop(bury(db, identity.flow).await);
    let asked = Asked::new(identity).called(label).without_entries().recorded_or_not();
    let run = async |context| work(context).await.map(&told);
    match start(db, &asked, job, run).await? {
        Started::Done(done) => Ok((done.value, done.record.ok())),
        Started::Active(found) => Ok((work(job.clone()).await?, Some(found.id))),
    }
}

/// Records that a file could not be understood; gives the error back, whatever becomes of that.
pub async fn refused(
    db: &Db,
    flow: Flow,
    label: &str,
    file: &Arc<File>,
    error: Error,
    job: &JobContext,
) -> Error {
    if error.kind() != Kind::UnreadableInput {
        return error;
    }
    let Ok(sha256) = hash(file, job).await else { return error };
    let asked = Asked::new(Identity::of(flow).given("sha256", sha256))
        .called(label)
        .without_entries()
        .recorded_or_not();
    let again = Error::new(error.kind(), error.to_string());
    let again = match error.hint_text() {
        Some(hint) => again.hint(hint),
        None => again,
    };
    drop(start(db, &asked, job, async |_| Err::<Finished<()>, _>(again)).await);
    error
}

/// SHA-256 of a file as it is, in hex.
pub async fn hash(file: &Arc<File>, job: &JobContext) -> Result<String> {
    const CHUNK_BYTES: usize = 1 << 20;
    let (file, watched) = (Arc::clone(file), job.clone());
    let read = move || -> Result<String> {
        let mut file: &File = &file;
        file.rewind()?;
        let (mut sha256, mut chunk) = (Sha256::new(), vec![0; CHUNK_BYTES]);
        loop {
            watched.check_cancelled()?;
            match file.read(&mut chunk)? {
                0 => break,
                count => sha256.update(&chunk[..count]),
            }
        }
        let mut hex = String::new();
        for byte in sha256.finalize() {
            // Writing into a string cannot fail.
            let _ = write!(hex, "{byte:02x}");
        }
        Ok(hex)
    };
    tokio::task::spawn_blocking(read)
        .await
        .map_err(|e| Error::new(Kind::Failed, "reading stopped on a bug in attestor").because(e))?
}

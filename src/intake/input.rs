//! Where a file comes from, and how its text is read without holding up everything else.

use super::Unreadable;
use super::text::{Meaning, Text};
use crate::error::{Error, Kind, Result};
use crate::jobs::JobContext;
use crate::text::visible;
use std::fs::File;
use std::io::{self, Read, Seek};
use std::path::PathBuf;
use std::sync::Arc;
use tokio::sync::oneshot;

/// Where a file comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Input {
    /// A path.
    File(PathBuf),
    /// Standard input.
    Stdin,
}

impl Input {
    /// The input that a word of the command line means: `-` is standard input.
    pub fn named(word: impl Into<PathBuf>) -> Self {
        let path = word.into();
        if path.as_os_str() == "-" { Input::Stdin } else { Input::File(path) }
    }

    /// How it is called in messages.
    pub fn label(&self) -> String {
        match self {
            Input::File(path) => visible(&path.to_string_lossy()).into_owned(),
            Input::Stdin => "-".to_owned(),
        }
    }

    /// Its name without folders, as it is.
    pub fn file_name(&self) -> String {
        match self {
            Input::File(path) => {
                path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default()
            }
            Input::Stdin => "stdin".to_owned(),
        }
    }
}

/// Opens the input as a file that can be read twice; what cannot (a pipe) is copied into an unnamed
/// temporary file first. Done on a thread of its own, since nothing ends a wait for a pipe.
pub async fn open(input: Input, job: &JobContext) -> Result<Arc<File>> {
    let label = input.label();
    let (sender, receiver) = oneshot::channel();
    std::thread::spawn(move || {
        let open = || match input {
            Input::Stdin => spooled(&mut io::stdin().lock()),
            Input::File(path) => {
                let mut file = File::open(path)?;
                let kind = file.metadata()?.file_type();
                if kind.is_dir() {
                    return Err(io::Error::from(io::ErrorKind::IsADirectory));
                }
                if kind.is_file() { Ok(file) } else { spooled(&mut file) }
            }
        };
        drop(sender.send(open()));
    });
    let opened = tokio::select! {
        opened = receiver => opened.map_err(|e| Error::new(Kind::Failed, "reading stopped").because(e))?,
        () = job.cancellation().cancelled() => return Err(cancelled(job)),
    };
    opened.map(Arc::new).map_err(|error| {
        let hint = match error.kind() {
            io::ErrorKind::NotFound => "look at the path",
            io::ErrorKind::PermissionDenied => "look at who may read it",
            io::ErrorKind::IsADirectory => "name the files in it",
            _ => "look whether it can be read",
        };
        Error::new(Kind::UnreadableInput, format!("{label}: {error}")).hint(hint).because(error)
    })
}

/// How work ends that was cancelled.
pub fn cancelled(job: &JobContext) -> Error {
    job.check_cancelled().err().unwrap_or_else(|| Error::new(Kind::Incomplete, "cancelled"))
}

fn spooled(reader: &mut impl Read) -> io::Result<File> {
    let mut file = tempfile::tempfile()?;
    io::copy(reader, &mut file)?;
    Ok(file)
}

/// Reads JSON from the start of `file`, on a thread where reading may block.
pub async fn in_background<T: Send + 'static>(
    label: &str,
    file: &Arc<File>,
    job: &JobContext,
    step: &'static str,
    work: impl FnOnce(Text<'_>) -> Result<T, Unreadable> + Send + 'static,
) -> Result<T> {
    in_background_as(Meaning::Json, label, file, job, step, work).await
}

/// The same for other text.
pub async fn in_background_as<T: Send + 'static>(
    meaning: Meaning,
    label: &str,
    file: &Arc<File>,
    job: &JobContext,
    step: &'static str,
    work: impl FnOnce(Text<'_>) -> Result<T, Unreadable> + Send + 'static,
) -> Result<T> {
    let total = file.metadata()?.len();
    let (file, watched) = (Arc::clone(file), job.clone());
    let read = move || -> Result<T, Unreadable> {
        let unreadable =
            |e: io::Error| Unreadable { what: e.to_string(), hint: "pack or fetch it again".to_owned() };
        let mut file: &File = &file;
        file.rewind().map_err(unreadable)?;
        let watch = |done| {
            watched.report(step, done, Some(total));
            watched.check_cancelled().map_err(io::Error::other)
        };
        work(Text::open_as(meaning, file, watch).map_err(unreadable)?)
    };
    let done = tokio::task::spawn_blocking(read).await;
    job.check_cancelled()?;
    let done =
        done.map_err(|e| Error::new(Kind::Failed, "reading stopped on a bug in attestor").because(e))?;
    done.map_err(|Unreadable { what, hint }| {
        Error::new(Kind::UnreadableInput, format!("{label}: {what}")).hint(hint)
    })
}

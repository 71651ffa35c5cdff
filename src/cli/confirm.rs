//! Asks before something that concerns many rows.

use super::Global;
use crate::error::{Error, Kind, Result};
use std::io::{IsTerminal, Write};

/// From how many rows on a yes is not enough: the count is typed.
const COUNT_TYPED_FROM: usize = 101;

/// Asks `question` on the terminal, for `count` rows; returns only after a yes.
///
/// # Errors
/// `Usage` where there is no terminal to ask on and no `--yes`; `Failed` where the answer is no.
pub async fn confirm(global: &Global, question: &str, count: usize) -> Result<()> {
    if global.yes {
        return Ok(());
    }
    if !std::io::stdin().is_terminal() || !std::io::stderr().is_terminal() {
        return Err(Error::new(
            Kind::Usage,
            format!("{question}? There is no terminal to ask on; nothing was written"),
        )
        .hint("look at it with `attestor findings list` first, then say --yes"));
    }
    let wanted = if count >= COUNT_TYPED_FROM { count.to_string() } else { "y".to_owned() };
    if count >= COUNT_TYPED_FROM {
        eprint!("{question}? Type {count} to go on: ");
    } else {
        eprint!("{question}? [y/N] ");
    }
    std::io::stderr().flush()?;
    // Waiting for a person must not hold a worker of the runtime.
    let answer = tokio::task::spawn_blocking(|| {
        let mut line = String::new();
        std::io::stdin().read_line(&mut line).map(|_| line)
    })
    .await
    .map_err(std::io::Error::other)??;
    let answer = answer.trim().to_ascii_lowercase();
    if answer == wanted || (wanted == "y" && answer == "yes") {
        return Ok(());
    }
    Err(Error::new(Kind::Failed, "not confirmed; nothing was written"))
}

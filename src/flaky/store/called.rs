//! Finding the tests that a person calls by hash or by name.

use crate::db::Db;
use crate::error::{Error, Kind, Result};
use crate::flaky::called::Called;
use crate::ids::TestId;
use crate::text::{SafeText, visible};

/// How many rows that a word could mean are told.
const TOLD_MAX: usize = 5;

/// The rows of the tests that `called` names, in its order, each once.
///
/// # Errors
/// `NotFound` where a word names no test, `Usage` where it could mean several; those are told. Whether there is
/// a row of a number is not asked here.
pub async fn rows(db: &Db, called: &[Called]) -> Result<Vec<TestId>> {
    let mut ids = Vec::with_capacity(called.len());
    for called in called {
        let id = match called {
            Called::Number(id) => *id,
            Called::Words(words) => row(db, words).await?,
        };
        if !ids.contains(&id) {
            ids.push(id);
        }
    }
    Ok(ids)
}

async fn row(db: &Db, words: &str) -> Result<TestId> {
    let found: Vec<(TestId, SafeText, SafeText, SafeText)> = sqlx::query_as(
        "select t.id, coalesce(t.test_id, ''), left(t.environment, 100),
                left(concat_ws(' › ', nullif(t.test_suite, ''), t.test_name), 200)
         from trust.flaky_tests t
         -- digits alone, so that nothing in them is a pattern
         where t.test_id like $1::text || '%'
            or t.test_id = $2
            or t.test_name = $2
            or concat_ws(' › ', nullif(t.test_suite, ''), t.test_name) = $2
         order by t.id limit $3",
    )
    .bind(Called::digits(words))
    .bind(words)
    .bind(TOLD_MAX as i64 + 1)
    .fetch_all(db.read())
    .await?;
    match found.as_slice() {
        [(id, ..)] => Ok(*id),
        [] => Err(Error::new(Kind::NotFound, format!("no test is called \"{}\"", visible(words))).hint(
            "name it by its number, by 4 or more digits of its hash (test_id), or by its whole name; `attestor \
             tests list` tells them",
        )),
        several => {
            let line = |(id, hash, environment, title): &(TestId, SafeText, SafeText, SafeText)| {
                let place = if environment.is_empty() { "no environment".into() } else { environment.one_line() };
                format!("#{id} {} ({place}) {}", hash.one_line(), title.one_line())
            };
            let mut lines: Vec<String> = several.iter().take(TOLD_MAX).map(line).collect();
            if several.len() > TOLD_MAX {
                lines.push("and more".to_owned());
            }
            let what = format!("\"{}\" could mean several tests", visible(words));
            Err(Error::new(Kind::Usage, what).hint(format!("name one by its number:\n{}", lines.join("\n"))))
        }
    }
}

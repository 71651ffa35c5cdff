//! Who pulls back and forth.

use super::now;
use attestor::drift::document::Json;
use attestor::drift::tug::{Turn, tug};
use chrono::TimeDelta;

/// Turns as `hours ago: was > is actor`, and whether they are a tug-of-war.
#[track_caller]
fn check(turns: &str, expected: Option<usize>) {
    let turns: Vec<Turn> = turns
        .split(", ")
        .map(|turn| {
            let words: Vec<&str> = turn.split(' ').collect();
            let value = |word: &str| (word != "-").then(|| Json::from(word));
            Turn {
                at: now() - TimeDelta::hours(words[0].parse().unwrap()),
                was: value(words[1]),
                is: value(words[2]),
                actor: words.get(3).map(|actor| (*actor).into()),
            }
        })
        .collect();
    assert_eq!(tug(&turns, now()).map(|tug| tug.turns), expected, "{turns:?}");
}

#[test]
fn three_turns_between_two_values_in_a_day() {
    check("9 a b, 6 b a, 3 a b", Some(3));
    check("9 a b, 6 b a", None);
    check("9 a b, 6 b c, 3 c a", None);
    check("9 a b, 6 b a, 3 a c", None);
    check("25 a b, 6 b a, 3 a b", None);
    check("24 a b, 6 b a, 3 a b", Some(3));
    check("30 a b, 20 b a, 10 a b, 5 b a", Some(3));
    check("90 a b, 80 b a, 70 a b", None);
    check("9 - b, 6 b -, 3 - b", Some(3));
    check("12 x a, 9 a b, 6 b a, 3 a b", Some(3));
}

#[test]
fn both_sides_are_named_where_the_source_tells() {
    let turn = |hours: i64, was: &str, is: &str, actor: Option<&str>| Turn {
        at: now() - TimeDelta::hours(hours),
        was: Some(Json::from(was)),
        is: Some(Json::from(is)),
        actor: actor.map(Into::into),
    };
    let turns = [turn(9, "a", "b", Some("mallory")), turn(6, "b", "a", Some("bot")), turn(3, "a", "b", None)];
    let found = tug(&turns, now()).unwrap();
    assert_eq!(found.between, [Some(Json::from("a")), Some(Json::from("b"))]);
    assert_eq!(found.actors, [Some("bot".into()), Some("mallory".into())]);
}

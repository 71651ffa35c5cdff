//! Turns a filter into a condition in SQL.
//!
//! Only constants of the program reach the text of the statement; every value is bound. A term over
//! a column that is null is unknown, which selects nothing; its negation is asked as `is not true`
//! and selects the row: what has no verdict is not a false positive.

use super::field::{FieldKind, FieldSet, Template};
use super::pattern::{in_other_cases, like, patterns};
use super::value::{Op, Text, Time, Values};
use super::{Filter, Node, Term};
use chrono::{DateTime, Utc};
use sqlx::{Postgres, QueryBuilder};

/// Pushes `filter` as a condition in parentheses, `true` for the filter of every row. Ages count
/// back from `now`.
///
/// The condition may be null instead of false; whoever negates it writes `is not true`.
pub fn push_where(
    query: &mut QueryBuilder<Postgres>,
    filter: &Filter,
    fields: &'static FieldSet,
    now: DateTime<Utc>,
) {
    if filter.is_empty() {
        query.push("true");
    } else {
        Writer { query, fields, now }.node(&filter.node);
    }
}

struct Writer<'a> {
    query: &'a mut QueryBuilder<Postgres>,
    fields: &'static FieldSet,
    now: DateTime<Utc>,
}

impl Writer<'_> {
    /// The one way into the text of the statement: constants alone.
    fn push(&mut self, sql: &'static str) -> &mut Self {
        self.query.push(sql);
        self
    }

    fn node(&mut self, node: &Node) {
        match node {
            Node::All(nodes) => self.joined(" and ", nodes, |writer, node| writer.node(node)),
            Node::Any(nodes) => self.joined(" or ", nodes, |writer, node| writer.node(node)),
            Node::Not(inner) => {
                self.push("(");
                self.node(inner);
                self.push(" is not true)");
            }
            Node::Word(Text::Literal(text)) => self.word(self.fields.words.text, text.clone()),
            Node::Word(Text::Glob(pattern)) => {
                self.word(self.fields.words.pattern, like(&format!("*{pattern}*")));
            }
            Node::Term(term) => self.term(term),
        }
    }

    fn joined<T>(&mut self, word: &'static str, items: &[T], push: impl Fn(&mut Self, &T)) {
        self.push("(");
        for (i, item) in items.iter().enumerate() {
            if i > 0 {
                self.push(word);
            }
            push(self, item);
        }
        self.push(")");
    }

    fn word(&mut self, template: Template, value: String) {
        self.joined(" or ", &in_other_cases(value), |writer, value| {
            writer.push("(").push(template.before);
            writer.query.push_bind(value.clone());
            writer.push(template.after).push(")");
        });
    }

    fn term(&mut self, term: &Term) {
        let column = term.field.sql;
        match &term.values {
            Values::Texts(texts) => self.texts(term, texts),
            Values::Ranks(words) => {
                self.ordered(column, term.op, words.iter().map(|w| w.means).collect());
            }
            Values::Choices(words) => {
                let values: Vec<String> = words.iter().map(|w| w.means.to_owned()).collect();
                self.any_of(column, values);
            }
            Values::Flags(words) => self.joined(" or ", words, |writer, word| {
                writer.push("(");
                writer.timed(word.means);
                writer.push(")");
            }),
            Values::Integers(numbers) => self.ordered(column, term.op, numbers.clone()),
            Values::Numbers(numbers) => self.ordered(column, term.op, numbers.clone()),
            // Younger is later.
            Values::Ages(ages) => {
                let times = ages.iter().map(|age| age.before(self.now)).collect();
                self.ordered(column, reversed(term.op), times);
            }
            Values::Times(times) => {
                self.joined(" or ", times, |writer, &time| writer.time(column, term.op, time))
            }
        }
    }

    /// A condition in which `{now}` stands for the time of asking.
    fn timed(&mut self, condition: &'static str) {
        for (i, part) in condition.split("{now}").enumerate() {
            if i > 0 {
                self.query.push_bind(self.now);
            }
            self.push(part);
        }
    }

    fn ordered<T>(&mut self, column: &'static str, op: Op, values: Vec<T>)
    where
        T: Copy + sqlx::Type<Postgres> + for<'q> sqlx::Encode<'q, Postgres>,
        Vec<T>: sqlx::Type<Postgres> + for<'q> sqlx::Encode<'q, Postgres>,
    {
        if op.asks_order() {
            self.joined(" or ", &values, |writer, &value| writer.compared(column, op, value));
        } else {
            self.any_of(column, values);
        }
    }

    fn any_of<T>(&mut self, column: &'static str, values: Vec<T>)
    where
        Vec<T>: sqlx::Type<Postgres> + for<'q> sqlx::Encode<'q, Postgres>,
    {
        self.push("((").push(column).push(") = any(");
        self.query.push_bind(values);
        self.push("))");
    }

    fn compared<T>(&mut self, column: &'static str, op: Op, value: T)
    where
        T: sqlx::Type<Postgres> + for<'q> sqlx::Encode<'q, Postgres>,
    {
        self.push("((").push(column).push(") ").push(op_in_sql(op)).push(" ");
        self.query.push_bind(value);
        self.push(")");
    }

    fn time(&mut self, column: &'static str, op: Op, time: Time) {
        let (from, until) = time.bounds();
        match (op, time) {
            (Op::Is | Op::Equals, Time::Day(_)) => {
                self.push("(");
                self.compared(column, Op::AtLeast, from);
                self.push(" and ");
                self.compared(column, Op::Less, until);
                self.push(")");
            }
            // After a day is from its end on, until a day is up to its end.
            (Op::Greater, Time::Day(_)) => self.compared(column, Op::AtLeast, until),
            (Op::AtMost, Time::Day(_)) => self.compared(column, Op::Less, until),
            (op, _) => self.compared(column, op, from),
        }
    }

    fn texts(&mut self, term: &Term, texts: &[Text]) {
        if term.op == Op::Same {
            let letters = texts.iter().map(|(Text::Literal(text) | Text::Glob(text))| text.clone());
            return self.any_of(term.field.sql, letters.collect::<Vec<String>>());
        }
        let is_searched = term.field.kind == FieldKind::Text && term.op == Op::Is;
        let patterns: Vec<String> = texts.iter().flat_map(|text| patterns(text, is_searched)).collect();
        let column = term.field.sql;
        match term.field.kind {
            FieldKind::Keywords => {
                self.push("(exists (select from unnest(").push(column);
                self.push(") as item (value) where item.value ilike any(");
                self.query.push_bind(patterns);
                self.push(")))");
            }
            FieldKind::Person => self.person(column, texts, patterns),
            FieldKind::People(within) => {
                self.push("(");
                self.timed(within.before);
                self.person(column, texts, patterns);
                self.push(within.after).push(")");
            }
            _ => self.matches(column, patterns),
        }
    }

    /// `me` is the login that asks.
    fn person(&mut self, column: &'static str, texts: &[Text], patterns: Vec<String>) {
        if texts.iter().any(is_me) {
            self.push("((").push(column).push(") = session_user::text or ");
            self.matches(column, patterns);
            self.push(")");
        } else {
            self.matches(column, patterns);
        }
    }

    fn matches(&mut self, column: &'static str, patterns: Vec<String>) {
        self.push("((").push(column).push(") ilike any(");
        self.query.push_bind(patterns);
        self.push("))");
    }
}

fn op_in_sql(op: Op) -> &'static str {
    match op {
        Op::Is => "=",
        other => other.as_str(),
    }
}

fn reversed(op: Op) -> Op {
    match op {
        Op::Less => Op::Greater,
        Op::AtMost => Op::AtLeast,
        Op::Greater => Op::Less,
        Op::AtLeast => Op::AtMost,
        same => same,
    }
}

fn is_me(text: &Text) -> bool {
    matches!(text, Text::Literal(name) if name.eq_ignore_ascii_case("me"))
}

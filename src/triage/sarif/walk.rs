//! The way through a SARIF log, streaming: keys in any order, one element of a list at a time.

use super::tolerant::{Allowance, Oddity};
use serde::de::{DeserializeSeed, Error, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::Value;
use std::fmt;

/// How much of one value is kept.
const VALUE_BYTES_MAX: usize = 16 * 1024 * 1024;
/// How much of a tool's rules is kept.
const WHOLE_BYTES_MAX: usize = 128 * 1024 * 1024;

/// Keys whose values may be large and are not needed.
const SKIPPED: &[&str] = &[
    "attachments",
    "codeFlows",
    "contents",
    "fixes",
    "graphTraversals",
    "graphs",
    "hashes",
    "notifications",
    "relatedLocations",
    "rendered",
    "stacks",
    "threadFlows",
    "toolConfigurationNotifications",
    "toolExecutionNotifications",
    "webRequest",
    "webResponse",
];

/// What stands somewhere.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shape {
    /// `null`.
    Null,
    /// `true` or `false`.
    Truth,
    /// A number.
    Number,
    /// Text.
    Text,
    /// A list.
    List,
    /// An object.
    Object,
}

impl fmt::Display for Shape {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Shape::Null => "null",
            Shape::Truth => "true or false",
            Shape::Number => "a number",
            Shape::Text => "text",
            Shape::List => "a list",
            Shape::Object => "an object",
        })
    }
}

/// What a walker wants of a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Want {
    /// Nothing: it is only checked to be JSON.
    Nothing,
    /// The whole value.
    Whole,
    /// The elements of a list, one after the other.
    Each,
    /// The number of elements of a list.
    Count,
}

/// Somebody who is led through a log.
pub trait Walker {
    /// A property of the log itself.
    fn top(&mut self, key: &str, value: Value);
    /// The runs begin; a log that gives the key twice begins them twice.
    fn runs(&mut self, shape: Shape);
    /// A run begins; one that is no object has nothing in it.
    fn run(&mut self, shape: Shape);
    /// What is wanted of a property of the run.
    fn wants(&mut self, key: &str) -> Want;
    /// A property that was wanted whole.
    fn whole(&mut self, key: &str, value: Value, oddities: Vec<Oddity>);
    /// An element of a list that was wanted one after the other; an error ends the walk.
    fn each(&mut self, key: &str, at: u64, value: Value, oddities: Vec<Oddity>) -> Result<(), String>;
    /// The end of a list whose elements were wanted or counted.
    fn ended(&mut self, key: &str, shape: Shape, count: u64);
    /// The run ends.
    fn run_ended(&mut self);
}

/// Leads `walker` through the log that `deserializer` reads.
pub fn walk<'de, D: serde::Deserializer<'de>>(
    deserializer: D,
    walker: &mut impl Walker,
) -> Result<(), D::Error> {
    Any(Log(walker)).deserialize(deserializer)
}

/// A value of any shape: something is made of each.
trait Shaped<'de>: Sized {
    fn scalar<E: Error>(self, shape: Shape) -> Result<(), E>;
    fn list<A: SeqAccess<'de>>(self, list: A) -> Result<(), A::Error>;
    fn object<A: MapAccess<'de>>(self, object: A) -> Result<(), A::Error>;
}

struct Any<T>(T);

impl<'de, T: Shaped<'de>> DeserializeSeed<'de> for Any<T> {
    type Value = ();
    fn deserialize<D: serde::Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de, T: Shaped<'de>> Visitor<'de> for Any<T> {
    type Value = ();
    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }
    fn visit_unit<E: Error>(self) -> Result<(), E> {
        self.0.scalar(Shape::Null)
    }
    fn visit_bool<E: Error>(self, _: bool) -> Result<(), E> {
        self.0.scalar(Shape::Truth)
    }
    fn visit_i64<E: Error>(self, _: i64) -> Result<(), E> {
        self.0.scalar(Shape::Number)
    }
    fn visit_u64<E: Error>(self, _: u64) -> Result<(), E> {
        self.0.scalar(Shape::Number)
    }
    fn visit_f64<E: Error>(self, _: f64) -> Result<(), E> {
        self.0.scalar(Shape::Number)
    }
    fn visit_str<E: Error>(self, _: &str) -> Result<(), E> {
        self.0.scalar(Shape::Text)
    }
    fn visit_seq<A: SeqAccess<'de>>(self, list: A) -> Result<(), A::Error> {
        self.0.list(list)
    }
    fn visit_map<A: MapAccess<'de>>(self, object: A) -> Result<(), A::Error> {
        self.0.object(object)
    }
}

fn pass_list<'de, A: SeqAccess<'de>>(mut list: A) -> Result<u64, A::Error> {
    let mut count = 0;
    while list.next_element::<IgnoredAny>()?.is_some() {
        count += 1;
    }
    Ok(count)
}

fn pass_object<'de, A: MapAccess<'de>>(mut object: A) -> Result<(), A::Error> {
    while object.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
    Ok(())
}

struct Log<'a, W>(&'a mut W);

/// A log that is no object has no runs: the walker is never told of any.
impl<'de, W: Walker> Shaped<'de> for Log<'_, W> {
    fn scalar<E: Error>(self, _: Shape) -> Result<(), E> {
        Ok(())
    }
    fn list<A: SeqAccess<'de>>(self, list: A) -> Result<(), A::Error> {
        pass_list(list).map(drop)
    }
    fn object<A: MapAccess<'de>>(self, mut object: A) -> Result<(), A::Error> {
        while let Some(key) = object.next_key::<String>()? {
            match key.as_str() {
                "runs" => object.next_value_seed(Any(Runs(self.0)))?,
                "version" | "$schema" => {
                    let allowance = Allowance::new(64 * 1024, SKIPPED);
                    let value = object.next_value_seed(allowance.seed())?;
                    self.0.top(&key, value);
                }
                _ => drop(object.next_value::<IgnoredAny>()?),
            }
        }
        Ok(())
    }
}

struct Runs<'a, W>(&'a mut W);

impl<'de, W: Walker> Shaped<'de> for Runs<'_, W> {
    fn scalar<E: Error>(self, shape: Shape) -> Result<(), E> {
        self.0.runs(shape);
        Ok(())
    }
    fn list<A: SeqAccess<'de>>(self, mut list: A) -> Result<(), A::Error> {
        self.0.runs(Shape::List);
        while list.next_element_seed(Any(Run(self.0)))?.is_some() {}
        Ok(())
    }
    fn object<A: MapAccess<'de>>(self, object: A) -> Result<(), A::Error> {
        self.0.runs(Shape::Object);
        Run(self.0).object(object)
    }
}

struct Run<'a, W>(&'a mut W);

impl<'de, W: Walker> Shaped<'de> for Run<'_, W> {
    fn scalar<E: Error>(self, shape: Shape) -> Result<(), E> {
        self.0.run(shape);
        Ok(())
    }
    fn list<A: SeqAccess<'de>>(self, list: A) -> Result<(), A::Error> {
        self.0.run(Shape::List);
        pass_list(list).map(drop)
    }
    fn object<A: MapAccess<'de>>(self, mut object: A) -> Result<(), A::Error> {
        self.0.run(Shape::Object);
        while let Some(key) = object.next_key::<String>()? {
            match self.0.wants(&key) {
                Want::Nothing => drop(object.next_value::<IgnoredAny>()?),
                Want::Whole => {
                    let allowance = Allowance::new(WHOLE_BYTES_MAX, SKIPPED);
                    let value = object.next_value_seed(allowance.seed())?;
                    self.0.whole(&key, value, allowance.into_oddities());
                }
                want => object.next_value_seed(Any(Elements { walker: self.0, key: &key, want }))?,
            }
        }
        self.0.run_ended();
        Ok(())
    }
}

struct Elements<'a, W> {
    walker: &'a mut W,
    key: &'a str,
    want: Want,
}

impl<'de, W: Walker> Shaped<'de> for Elements<'_, W> {
    fn scalar<E: Error>(self, shape: Shape) -> Result<(), E> {
        self.walker.ended(self.key, shape, 0);
        Ok(())
    }
    fn list<A: SeqAccess<'de>>(self, mut list: A) -> Result<(), A::Error> {
        if self.want == Want::Count {
            let count = pass_list(list)?;
            self.walker.ended(self.key, Shape::List, count);
            return Ok(());
        }
        let mut at = 0;
        loop {
            let allowance = Allowance::new(VALUE_BYTES_MAX, SKIPPED);
            let Some(value) = list.next_element_seed(allowance.seed())? else { break };
            self.walker.each(self.key, at, value, allowance.into_oddities()).map_err(Error::custom)?;
            at += 1;
        }
        self.walker.ended(self.key, Shape::List, at);
        Ok(())
    }
    fn object<A: MapAccess<'de>>(self, object: A) -> Result<(), A::Error> {
        pass_object(object)?;
        self.walker.ended(self.key, Shape::Object, 0);
        Ok(())
    }
}

//! A JSON value that is read tolerantly and bounded: keys given twice, nesting without end and lists
//! without end are noted and cut, not refused.

use serde::de::{DeserializeSeed, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Number, Value};
use std::cell::{Cell, RefCell};
use std::fmt;

/// Deepest nesting that is kept; SARIF needs about ten.
const DEPTH_MAX: u8 = 64;
/// What a node costs beside its text.
const NODE_BYTES: usize = 64;
/// How many oddities of one value are kept.
const ODDITIES_MAX: usize = 8;

/// What was odd in a value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Oddity {
    /// A key stood twice in one object; the last one was kept.
    DuplicateKey(String),
    /// Something was nested too deep and was left out.
    TooDeep,
    /// The value was too large; its rest was left out.
    TooLarge,
}

impl fmt::Display for Oddity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Oddity::DuplicateKey(key) => {
                write!(
                    f,
                    "the key {} stands twice; the last one was kept",
                    crate::intake::deviation::quoted(key)
                )
            }
            Oddity::TooDeep => write!(f, "nested deeper than {DEPTH_MAX}; the depths were left out"),
            Oddity::TooLarge => write!(f, "too large; its rest was left out"),
        }
    }
}

/// How much of a value may be kept, and what was odd in it.
#[derive(Debug)]
pub struct Allowance {
    bytes: Cell<usize>,
    oddities: RefCell<Vec<Oddity>>,
    /// Keys whose values are left out wherever they stand: large, and not needed.
    skipped: &'static [&'static str],
}

impl Allowance {
    /// An allowance of `bytes`, leaving out the values of `skipped` keys.
    pub fn new(bytes: usize, skipped: &'static [&'static str]) -> Self {
        Allowance { bytes: Cell::new(bytes), oddities: RefCell::default(), skipped }
    }

    /// What was odd.
    pub fn into_oddities(self) -> Vec<Oddity> {
        self.oddities.into_inner()
    }

    /// The seed that reads a value under this allowance.
    pub fn seed(&self) -> Tolerant<'_> {
        Tolerant { allowance: self, depth: 0 }
    }

    fn odd(&self, oddity: Oddity) {
        let mut oddities = self.oddities.borrow_mut();
        if oddities.len() < ODDITIES_MAX && !oddities.contains(&oddity) {
            oddities.push(oddity);
        }
    }

    fn spend(&self, bytes: usize) {
        self.bytes.set(self.bytes.get().saturating_sub(bytes + NODE_BYTES));
    }

    fn is_spent(&self) -> bool {
        self.bytes.get() == 0
    }
}

/// Reads any value; see [`Allowance::seed`].
#[derive(Clone, Copy)]
pub struct Tolerant<'a> {
    allowance: &'a Allowance,
    depth: u8,
}

impl<'de> DeserializeSeed<'de> for Tolerant<'_> {
    type Value = Value;
    fn deserialize<D: serde::Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        let (odd, oddity) = if self.allowance.is_spent() {
            (true, Oddity::TooLarge)
        } else {
            (self.depth > DEPTH_MAX, Oddity::TooDeep)
        };
        if odd {
            self.allowance.odd(oddity);
            deserializer.deserialize_ignored_any(IgnoredAny)?;
            return Ok(Value::Null);
        }
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Tolerant<'_> {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        self.allowance.spend(0);
        Ok(Value::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        self.allowance.spend(0);
        Ok(Value::Bool(value))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Value, E> {
        self.allowance.spend(0);
        Ok(value.into())
    }

    fn visit_u64<E>(self, value: u64) -> Result<Value, E> {
        self.allowance.spend(0);
        Ok(value.into())
    }

    fn visit_f64<E>(self, value: f64) -> Result<Value, E> {
        self.allowance.spend(0);
        Ok(Number::from_f64(value).map_or(Value::Null, Value::Number))
    }

    fn visit_str<E>(self, value: &str) -> Result<Value, E> {
        self.allowance.spend(value.len());
        Ok(Value::String(value.to_owned()))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Value, A::Error> {
        self.allowance.spend(0);
        let mut kept = Vec::new();
        let inner = Tolerant { depth: self.depth + 1, ..self };
        while !self.allowance.is_spent() {
            match list.next_element_seed(inner)? {
                Some(value) => kept.push(value),
                None => return Ok(Value::Array(kept)),
            }
        }
        self.allowance.odd(Oddity::TooLarge);
        while list.next_element::<IgnoredAny>()?.is_some() {}
        Ok(Value::Array(kept))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Value, A::Error> {
        self.allowance.spend(0);
        let mut kept = Map::new();
        let inner = Tolerant { depth: self.depth + 1, ..self };
        while let Some(key) = map.next_key::<String>()? {
            if self.allowance.skipped.contains(&key.as_str()) {
                map.next_value::<IgnoredAny>()?;
                continue;
            }
            self.allowance.spend(key.len());
            let value = map.next_value_seed(inner)?;
            if self.allowance.is_spent() {
                self.allowance.odd(Oddity::TooLarge);
                while map.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
                return Ok(Value::Object(kept));
            }
            if kept.contains_key(&key) {
                self.allowance.odd(Oddity::DuplicateKey(key.clone()));
            }
            kept.insert(key, value);
        }
        Ok(Value::Object(kept))
    }
}

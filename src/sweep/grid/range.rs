//! `{ from, to, step | points, scale }`: an axis of numbers.

use crate::dataset::plain;
use serde::Deserialize;
use toml::Value;

/// The keys that tell a range from a table that a path goes on in.
pub(super) const RANGE_WORDS: [&str; 5] = ["from", "to", "step", "points", "scale"];

/// Levels of one axis, at most.
pub(super) const MOST_LEVELS: usize = 10_000;

/// Steps that a continuous axis is drawn at: a thousandth of it is finer than any data set can tell apart.
const STEPS: usize = 1_000;

/// Whole numbers up to here are exact as floating-point numbers.
const MOST_EXACT: i64 = 1 << 53;

/// A range as a grid file gives it.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    from: Value,
    to: Value,
    step: Option<Value>,
    points: Option<usize>,
    #[serde(default)]
    scale: Scale,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Scale {
    #[default]
    Linear,
    Log,
}

/// The numbers of a range, rising.
#[derive(Debug, PartialEq)]
pub(super) struct Numbers {
    pub values: Vec<Value>,
    /// Neither step nor points: any number between both ends, drawn at a thousandth of the range.
    pub continuous: bool,
}

#[derive(Clone, Copy)]
struct Range {
    from: f64,
    to: f64,
    scale: Scale,
    /// Both ends are whole numbers: so are all between them.
    whole: bool,
}

impl Numbers {
    /// Reads a range.
    ///
    /// # Errors
    /// When a key is unknown or missing, an end is no finite number, `from` lies above `to`, or it has no or too many levels.
    pub(super) fn of(table: Value) -> Result<Self, String> {
        let written: Written = table.try_into().map_err(|error: toml::de::Error| unfit(error.message()))?;
        let (from, to) = (number("from", &written.from)?, number("to", &written.to)?);
        let whole = written.from.is_integer() && written.to.is_integer();
        if from > to {
            return Err(format!("from = {from} lies above to = {to}"));
        }
        if written.scale == Scale::Log && from <= 0.0 {
            return Err(format!("from = {from}: on a log scale it lies above 0"));
        }
        let range = Range { from, to, scale: written.scale, whole };
        match (&written.step, written.points) {
            (Some(_), Some(_)) => Err("has step and points: give one of both".to_owned()),
            (Some(_), None) if written.scale == Scale::Log => Err("has a step on a log scale: give points".to_owned()),
            (Some(step), None) => range.by_step(step),
            (None, Some(points)) => range.by_points(points),
            (None, None) => Ok(range.continuous()),
        }
    }
}

impl Range {
    fn by_step(self, step: &Value) -> Result<Numbers, String> {
        let whole = self.whole && step.is_integer();
        let step = number("step", step)?;
        if step <= 0.0 {
            return Err(format!("step = {step}: it lies above 0"));
        }
        // A step that divides the range but for rounding ends at `to`.
        let steps = ((self.to - self.from) / step * (1.0 + 1e-9)).floor();
        if steps >= MOST_LEVELS as f64 {
            return Err(format!("makes {} levels: at most {MOST_LEVELS}", steps + 1.0));
        }
        let range = Self { whole, ..self };
        let values = (0..=steps as usize).map(|i| range.value(self.from + i as f64 * step, 12)).collect();
        Ok(Numbers { values, continuous: false })
    }

    fn by_points(self, points: usize) -> Result<Numbers, String> {
        let needed = if self.from < self.to { 2 } else { 1 };
        if points < needed || points > MOST_LEVELS || (needed == 1 && points > 1) {
            return Err(format!(
                "points = {points}: from {} to {} takes {needed} to {MOST_LEVELS}",
                self.from, self.to
            ));
        }
        let digits = if self.scale == Scale::Log { 6 } else { 12 };
        let values = self.spaced(points, digits);
        if values.len() < points {
            let (from, to) = (self.from, self.to);
            return Err(format!(
                "has no {points} different whole numbers from {from} to {to}: fewer points, or {from:.1} for decimals"
            ));
        }
        Ok(Numbers { values, continuous: false })
    }

    fn continuous(self) -> Numbers {
        Numbers { values: self.spaced(STEPS + 1, 4), continuous: true }
    }

    /// Evenly spaced on the scale, each once. Rounded, so that a label is its number and no platform's last digit shows.
    fn spaced(self, points: usize, digits: usize) -> Vec<Value> {
        let at = |i: usize| match (i as f64 / (points - 1).max(1) as f64, self.scale) {
            (share, Scale::Linear) => self.from + share * (self.to - self.from),
            (share, Scale::Log) => self.from * (self.to / self.from).powf(share),
        };
        let mut values: Vec<Value> = (0..points).map(|i| self.value(at(i), digits)).collect();
        values.dedup();
        values
    }

    /// A number of the range, to so many significant digits; the ends are exact.
    fn value(self, x: f64, digits: usize) -> Value {
        if self.whole {
            return Value::Integer(x.round() as i64);
        }
        let rounded = format!("{x:.*e}", digits - 1).parse().unwrap_or(x);
        Value::Float(if rounded <= self.from || x <= self.from { self.from } else { rounded.min(self.to) })
    }
}

fn number(key: &str, value: &Value) -> Result<f64, String> {
    match *value {
        Value::Float(x) if x.is_finite() => Ok(x),
        Value::Integer(i) if i.abs() <= MOST_EXACT => Ok(i as f64),
        Value::Float(_) | Value::Integer(_) => Err(format!("{key} = {value}: it is a finite number")),
        _ => Err(format!("{key} = {value}: a range is of numbers; list such levels instead")),
    }
}

/// serde's words for a range that does not fit.
fn unfit(message: &str) -> String {
    match message.strip_prefix("unknown field `").and_then(|rest| rest.split('`').next()) {
        Some(key) => format!("has no key {key:?}: a range has {}", RANGE_WORDS.join(", ")),
        None => plain(message),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn range(text: &str) -> Result<Numbers, String> {
        let table: toml::Table = toml::from_str(&format!("x = {text}")).unwrap();
        Numbers::of(table["x"].clone())
    }

    fn values(text: &str) -> String {
        Value::Array(range(text).unwrap().values).to_string()
    }

    #[test]
    fn numbers_are_as_one_would_write_them() {
        let rows = [
            ("{ from = 80, to = 200, step = 40 }", "[80, 120, 160, 200]"),
            ("{ from = 80, to = 199, step = 40 }", "[80, 120, 160]"),
            ("{ from = 0.1, to = 0.5, step = 0.1 }", "[0.1, 0.2, 0.3, 0.4, 0.5]"),
            ("{ from = 1, to = 2, step = 0.5 }", "[1.0, 1.5, 2.0]"),
            ("{ from = 1.0, to = 3.0, points = 5 }", "[1.0, 1.5, 2.0, 2.5, 3.0]"),
            ("{ from = 0.0001, to = 0.1, points = 4, scale = 'log' }", "[0.0001, 0.001, 0.01, 0.1]"),
            ("{ from = 1, to = 10, points = 4, scale = 'log' }", "[1, 2, 5, 10]"),
            ("{ from = 2, to = 2, points = 1 }", "[2]"),
        ];
        for (text, expected) in rows {
            assert_eq!(values(text), expected, "{text}");
        }
    }

    #[test]
    fn without_step_and_points_it_is_continuous() {
        let alpha = range("{ from = 0.001, to = 0.1, scale = 'log' }").unwrap();
        assert!(alpha.continuous && alpha.values.len() > 500);
        let (first, last) = (alpha.values[0].as_float().unwrap(), alpha.values.last().unwrap().as_float().unwrap());
        assert!((first - 0.001).abs() < 1e-15 && (last - 0.1).abs() < 1e-15);
        assert!(alpha.values.windows(2).all(|pair| pair[0].as_float() < pair[1].as_float()));
        assert_eq!(range("{ from = 1, to = 5 }").unwrap().values.len(), 5);
        assert_eq!(range("{ from = 0.123456, to = 0.123457 }").unwrap().values.len(), 2);
    }

    #[test]
    fn what_makes_no_range_is_told() {
        let rows = [
            ("{ from = 2, to = 1, step = 1 }", "from = 2 lies above to = 1"),
            ("{ from = 1, to = 2, step = 0 }", "step = 0: it lies above 0"),
            ("{ from = 1, to = 2, step = -1.5 }", "step = -1.5: it lies above 0"),
            ("{ from = nan, to = 2 }", "from = nan: it is a finite number"),
            ("{ from = 1, to = inf }", "to = inf: it is a finite number"),
            ("{ from = 1, to = 9223372036854775807 }", "to = 9223372036854775807: it is a finite number"),
            ("{ from = '1h', to = '6h' }", "from = \"1h\": a range is of numbers; list such levels instead"),
            ("{ from = 0, to = 1, points = 3, scale = 'log' }", "from = 0: on a log scale it lies above 0"),
            ("{ from = 1, to = 2, step = 1, points = 2 }", "has step and points: give one of both"),
            ("{ from = 1, to = 2, step = 1, scale = 'log' }", "has a step on a log scale: give points"),
            ("{ from = 1, to = 2, points = 1 }", "points = 1: from 1 to 2 takes 2 to 10000"),
            ("{ from = 0, to = 1, step = 0.00001 }", "makes 100001 levels: at most 10000"),
            (
                "{ from = 1, to = 3, points = 5 }",
                "has no 5 different whole numbers from 1 to 3: fewer points, or 1.0 for decimals",
            ),
            ("{ from = 1, too = 3 }", "has no key \"too\": a range has from, to, step, points, scale"),
            ("{ from = 1 }", "to is missing"),
            ("{ from = 1, to = 2, points = 2, scale = 'ln' }", "\"ln\" is none of linear, log"),
        ];
        for (text, expected) in rows {
            assert_eq!(range(text), Err(expected.to_owned()), "{text}");
        }
    }
}

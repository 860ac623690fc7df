use serde::de::{self, Deserializer, Visitor};
use serde::{Deserialize, Serialize, Serializer};
use std::fmt;
use std::str::FromStr;

/// US dollars, in whole micro-dollars, so that sums are exact. Written as a decimal: `"1.25"`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Usd(u64);

/// Micro-dollars of a dollar.
const MICROS: u64 = 1_000_000;

/// More is a slip of the pen: a million million dollars.
const MOST_DOLLARS: u64 = 1_000_000_000_000;

impl Usd {
    #[must_use]
    pub const fn from_micros(micros: u64) -> Self {
        Self(micros)
    }

    #[must_use]
    pub const fn micros(self) -> u64 {
        self.0
    }

    /// Never less than the true sum: what does not fit is the most that there is.
    #[must_use]
    pub const fn plus(self, other: Self) -> Self {
        Self(self.0.saturating_add(other.0))
    }

    #[must_use]
    pub const fn times(self, count: u64) -> Self {
        Self(self.0.saturating_mul(count))
    }
}

impl FromStr for Usd {
    type Err = String;

    /// Digits, and a point with further digits; those beyond the sixth must be zeros.
    fn from_str(text: &str) -> Result<Self, String> {
        let wrong = || format!("{text:?} is no amount of dollars: write it like 1.25, to the millionth at most");
        let (whole, part) = text.split_once('.').unwrap_or((text, "0"));
        let digits =
            |text: &str| !text.is_empty() && text.len() <= 40 && text.bytes().all(|byte| byte.is_ascii_digit());
        if !digits(whole) || !digits(part) {
            return Err(wrong());
        }
        let (kept, rest) = part.split_at(part.len().min(6));
        let dollars = whole.parse::<u64>().ok().filter(|dollars| *dollars <= MOST_DOLLARS).ok_or_else(wrong)?;
        let micros = format!("{kept:0<6}").parse::<u64>().map_err(|_| wrong())?;
        if rest.bytes().any(|byte| byte != b'0') {
            return Err(wrong());
        }
        Ok(Self(dollars * MICROS + micros))
    }
}

impl fmt::Display for Usd {
    /// With cents at least: `1.25`, `0.000003`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let part = format!("{:06}", self.0 % MICROS);
        let kept = part.trim_end_matches('0').len().max(2);
        write!(f, "{}.{}", self.0 / MICROS, &part[..kept])
    }
}

impl Serialize for Usd {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Usd {
    /// From a text or a number.
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Decimal)
    }
}

struct Decimal;

impl Visitor<'_> for Decimal {
    type Value = Usd;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("dollars, as \"1.25\" or 1.25")
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<Usd, E> {
        text.parse().map_err(E::custom)
    }

    fn visit_u64<E: de::Error>(self, dollars: u64) -> Result<Usd, E> {
        self.visit_str(&dollars.to_string())
    }

    fn visit_i64<E: de::Error>(self, dollars: i64) -> Result<Usd, E> {
        self.visit_str(&dollars.to_string())
    }

    /// The shortest decimal that is this number: what was written.
    fn visit_f64<E: de::Error>(self, dollars: f64) -> Result<Usd, E> {
        self.visit_str(&dollars.to_string())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn decimals_are_read_exactly_or_not_at_all() {
        let micros = |text: &str| text.parse::<Usd>().ok().map(Usd::micros);
        assert_eq!(micros("1.25"), Some(1_250_000));
        assert_eq!((micros("0"), micros("3"), micros("0.000001")), (Some(0), Some(3_000_000), Some(1)));
        assert_eq!(micros("0.1000000000"), Some(100_000));
        for wrong in ["", ".5", "5.", "-1", "1e3", "0.0000001", "1,25", "NaN", "inf", "9999999999999", "１"] {
            assert_eq!(micros(wrong), None, "{wrong}");
        }
        let read = |json: &str| serde_json::from_str::<Usd>(json).ok().map(Usd::micros);
        assert_eq!((read("0.1"), read("3"), read("\"2.5\"")), (Some(100_000), Some(3_000_000), Some(2_500_000)));
        assert_eq!((read("-1"), read("1e300"), read("true")), (None, None, None));
    }

    proptest! {
        #[test]
        fn what_is_written_is_read(micros in 0u64..10_000_000_000_000) {
            let amount = Usd::from_micros(micros);
            prop_assert_eq!(amount.to_string().parse::<Usd>(), Ok(amount));
            let json = serde_json::to_string(&amount).unwrap();
            prop_assert_eq!(serde_json::from_str::<Usd>(&json).unwrap(), amount);
        }
    }
}

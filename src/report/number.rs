//! Numbers as people read them: one place, so that a figure looks the same in every output. Undefined prints `–`.

pub use crate::model::figure::{UNDEFINED, count, decimal, money, percent, small_percent};

use crate::model::figure::{grouped, percent_digits};
use crate::stats::{Difference, Estimate, Method};

/// A ratio with its counts and its interval: `15/20 = 75 % [53–89 %]`; what missing labels leave open reads
/// `between 31 % and 78 % (47 unlabelled)`.
#[must_use]
pub fn estimate(estimate: &Estimate) -> String {
    let (Some(low), Some(high)) = (estimate.low, estimate.high) else { return UNDEFINED.to_owned() };
    let counts = || format!("{}/{}", count(estimate.numerator), count(estimate.denominator));
    match (estimate.method, estimate.value) {
        (Method::Wilson, None) => UNDEFINED.to_owned(),
        (Method::Wilson, Some(value)) => format!("{} = {} {}", counts(), percent(value), range(low, high)),
        (Method::Bounds, value) => {
            let labelled = value.map_or_else(String::new, |v| format!("; labelled {} = {}", counts(), percent(v)));
            let unlabelled = count(estimate.unlabelled);
            format!("between {} and {} ({unlabelled} unlabelled{labelled})", percent(low), percent(high))
        }
    }
}

/// [`estimate`] where room is short: bounds read `31–78 % (47 unlabelled)`, with labelled units `60–80 % (6/8, 2 unlab.)`.
#[must_use]
pub fn estimate_short(e: &Estimate) -> String {
    let (Method::Bounds, Some(low), Some(high)) = (e.method, e.low, e.high) else { return estimate(e) };
    let unlabelled = count(e.unlabelled);
    let known = match e.value {
        None => format!("{unlabelled} unlabelled"),
        Some(_) => format!("{}/{}, {unlabelled} unlab.", count(e.numerator), count(e.denominator)),
    };
    format!("{}–{} ({known})", percent_digits(low), percent(high))
}

/// `[53–89 %]`.
#[must_use]
pub fn range(low: f64, high: f64) -> String {
    format!("[{}–{}]", percent_digits(low), percent(high))
}

/// [`percent`], or `–`.
#[must_use]
pub fn maybe_percent(share: Option<f64>) -> String {
    share.map_or_else(|| UNDEFINED.to_owned(), percent)
}

/// [`money`], or `–`.
#[must_use]
pub fn maybe_money(usd: Option<f64>) -> String {
    usd.map_or_else(|| UNDEFINED.to_owned(), money)
}

/// A score in [0, 1] (or, adjusted for chance, a little below 0), three digits as the literature has it: `0.694`; only 0 prints as 0
/// and only 1 as 1. `–` where it is undefined.
#[must_use]
pub fn score(score: Option<f64>) -> String {
    match score {
        None => UNDEFINED.to_owned(),
        Some(s) if !s.is_finite() => UNDEFINED.to_owned(),
        Some(0.0) => "0".to_owned(),
        Some(1.0) => "1".to_owned(),
        Some(s) if s < 0.0 => format!("−{:.3}", -s),
        Some(s) if s < 0.0005 => "<0.001".to_owned(),
        Some(s) if s >= 0.9995 => ">0.999".to_owned(),
        Some(s) => format!("{s:.3}"),
    }
}

/// `1 incident`, `2 incidents`, `0 incidents`.
#[must_use]
pub fn plural(n: u64, noun: &str) -> String {
    let ending = if n == 1 { "" } else { "s" };
    format!("{} {noun}{ending}", count(n))
}

/// `0.012`, `2.3e-9`; what is below every float prints `< 1e-300`.
#[must_use]
pub fn p_value(p: f64) -> String {
    match p {
        p if !p.is_finite() => UNDEFINED.to_owned(),
        p if p < 1e-300 => "< 1e-300".to_owned(),
        p if p < 0.001 => format!("{p:.1e}"),
        p if p < 0.1 => format!("{p:.3}"),
        p => format!("{p:.2}"),
    }
}

/// `p = 0.012`, `p < 1e-300`.
#[must_use]
pub fn p_equals(p: f64) -> String {
    let text = p_value(p);
    if text.starts_with('<') { format!("p {text}") } else { format!("p = {text}") }
}

/// Minutes as `40 min`, `1 h 25 min`, `3 d 4 h`.
#[must_use]
pub fn minutes(m: f64) -> String {
    if !m.is_finite() {
        return UNDEFINED.to_owned();
    }
    let whole = m.abs().round().min(1e15) as u64;
    let sign = if m < 0.0 && whole > 0 { "−" } else { "" };
    let text = match (whole / 1440, whole / 60, whole % 60) {
        (_, 0, minutes) => format!("{minutes} min"),
        (0 | 1, hours, 0) => format!("{hours} h"),
        (0 | 1, hours, minutes) => format!("{hours} h {minutes} min"),
        (days, hours, _) if hours % 24 == 0 => format!("{} d", count(days)),
        (days, hours, _) => format!("{} d {} h", count(days), hours % 24),
    };
    format!("{sign}{text}")
}

/// [`minutes`], or `–`.
#[must_use]
pub fn maybe_minutes(m: Option<f64>) -> String {
    m.map_or_else(|| UNDEFINED.to_owned(), minutes)
}

/// What the unit of a difference is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unit {
    /// Of ratios: printed in percentage points.
    Points,
    Count,
    Money,
}

/// A signed difference with its interval: `−15 points [−35, +0]`; `–` where it is undefined.
#[must_use]
pub fn difference(difference: Option<&Difference>, unit: Unit) -> String {
    let Some(d) = difference else { return UNDEFINED.to_owned() };
    let value = signed(d.value, unit);
    let name = if unit == Unit::Points { " points" } else { "" };
    match (d.low, d.high) {
        (Some(low), Some(high)) => format!("{value}{name} [{}, {}]", signed(low, unit), signed(high, unit)),
        _ => format!("{value}{name} (too few for an interval)"),
    }
}

/// A number with its sign, without the name of its unit: `−15`, `+$30`, `0`.
#[must_use]
pub(super) fn signed(x: f64, unit: Unit) -> String {
    let text = match unit {
        Unit::Points => one_decimal(x.abs() * 100.0),
        Unit::Count => one_decimal(x.abs()),
        Unit::Money => money(x.abs()),
    };
    let is_zero = matches!(text.as_str(), "0" | "$0");
    let sign = match (is_zero, x < 0.0) {
        (true, _) => "",
        (false, true) => "−",
        (false, false) => "+",
    };
    format!("{sign}{text}")
}

/// `15`, `15.3`: one decimal where there is one.
fn one_decimal(x: f64) -> String {
    let tenths = format!("{x:.1}");
    let (whole, tenth) = tenths.split_once('.').unwrap_or((&tenths, "0"));
    if tenth == "0" { grouped(whole) } else { format!("{}.{tenth}", grouped(whole)) }
}

/// Whether the interval excludes 0; `None` without one.
#[must_use]
pub fn excludes_zero(difference: Option<&Difference>) -> Option<bool> {
    let d = difference?;
    Some(d.low? > 0.0 || d.high? < 0.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ratios_show_counts_and_interval() {
        let rows = [
            (Estimate::ratio(15, 20), "15/20 = 75 % [53–89 %]"),
            (Estimate::ratio(0, 10), "0/10 = 0 % [0–28 %]"),
            (Estimate::ratio(32, 32), "32/32 = 100 % [89–100 %]"),
            (Estimate::ratio(3, 426), "3/426 = 0.7 % [0.2–2 %]"),
            (Estimate::undefined(), "–"),
            (Estimate::bounded(31, 31, 47, false), "between 40 % and 100 % (47 unlabelled)"),
            (Estimate::bounded(6, 8, 2, true), "between 60 % and 80 % (2 unlabelled; labelled 6/8 = 75 %)"),
        ];
        for (given, expected) in rows {
            assert_eq!(estimate(&given), expected);
        }
        assert_eq!(estimate_short(&Estimate::bounded(31, 31, 47, false)), "40–100 % (47 unlabelled)");
        assert_eq!(estimate_short(&Estimate::bounded(6, 8, 2, true)), "60–80 % (6/8, 2 unlab.)");
    }

    #[test]
    fn small_numbers_keep_their_digits() {
        assert_eq!([0.0, 2.34e-9, 0.012_3, 0.5, 1.0].map(p_value), ["< 1e-300", "2.3e-9", "0.012", "0.50", "1.00"]);
        assert_eq!((p_equals(0.0), p_equals(0.02)), ("p < 1e-300".to_owned(), "p = 0.020".to_owned()));
        assert_eq!(
            [0.0, -0.0, 0.001, 0.274, 12.34, 1540.2].map(decimal),
            ["0", "0", "1.0e-3", "0.27", "12.3", "1,540"]
        );
        assert_eq!([0, 7, 999, 1000, 41_722, 1_000_000].map(count), ["0", "7", "999", "1,000", "41,722", "1,000,000"]);
    }

    #[test]
    fn scores_never_round_to_perfection() {
        let rows = [
            (Some(0.6942), "0.694"),
            (Some(0.0), "0"),
            (Some(1.0), "1"),
            (Some(0.999_51), ">0.999"),
            (Some(0.000_1), "<0.001"),
            (Some(-0.25), "−0.250"),
            (None, "–"),
        ];
        for (given, expected) in rows {
            assert_eq!(score(given), expected);
        }
    }

    #[test]
    fn minutes_read_as_hours_and_days() {
        let rows = [
            (0.0, "0 min"),
            (-0.0, "0 min"),
            (-0.2, "0 min"),
            (59.6, "1 h"),
            (85.0, "1 h 25 min"),
            (1485.0, "24 h 45 min"),
            (2880.0, "2 d"),
            (4560.0, "3 d 4 h"),
            (-90.0, "−1 h 30 min"),
        ];
        for (given, expected) in rows {
            assert_eq!(minutes(given), expected, "{given}");
        }
    }

    #[test]
    fn differences_carry_their_sign_once() {
        let d = |value, low, high| Difference {
            value,
            low,
            high,
            level: 0.95,
            replicates: 1,
            clusters: 20,
            undefined_replicates: 0,
        };
        let down = d(-0.15, Some(-0.35), Some(0.0));
        assert_eq!(difference(Some(&down), Unit::Points), "−15 points [−35, 0]");
        assert_eq!(excludes_zero(Some(&down)), Some(false));
        let count = d(-43.0, Some(-57.0), Some(-31.5));
        assert_eq!(difference(Some(&count), Unit::Count), "−43 [−57, −31.5]");
        assert_eq!(excludes_zero(Some(&count)), Some(true));
        assert_eq!(difference(Some(&d(-0.0, None, None)), Unit::Money), "$0 (too few for an interval)");
        assert_eq!((difference(None, Unit::Count), excludes_zero(None)), ("–".to_owned(), None));
    }
}

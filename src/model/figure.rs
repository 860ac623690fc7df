//! Figures as people read them, formatted in one place, so that a gate's reason and a report print the same number the same way.

/// What is printed where there is no number.
pub const UNDEFINED: &str = "–";

/// `75 %`; `0.7 %` below one and `99.6 %` where it would round to 100, so that only 0 prints as 0 and only 1 as 100.
#[must_use]
pub fn percent(share: f64) -> String {
    format!("{} %", percent_digits(share))
}

/// [`percent`] without the sign, for both ends of an interval.
#[must_use]
pub fn percent_digits(share: f64) -> String {
    let hundred = share * 100.0;
    let (near_zero, near_one) = (hundred < 0.995, hundred >= 99.5);
    match share {
        s if !s.is_finite() => UNDEFINED.to_owned(),
        s if s <= 0.0 => "0".to_owned(),
        s if s >= 1.0 => "100".to_owned(),
        _ if hundred < 0.05 => "< 0.1".to_owned(),
        _ if hundred > 99.95 => "> 99.9".to_owned(),
        _ if near_zero || near_one => format!("{hundred:.1}"),
        _ => format!("{hundred:.0}"),
    }
}

/// A share that may be tiny, such as an impact: three significant digits at least down to one in a million.
#[must_use]
pub fn small_percent(share: f64) -> String {
    let hundred = share * 100.0;
    match share {
        s if !s.is_finite() => UNDEFINED.to_owned(),
        s if s <= 0.0 => "0 %".to_owned(),
        _ if hundred >= 1.0 => format!("{hundred:.1} %"),
        _ if hundred >= 0.01 => format!("{hundred:.3} %"),
        _ => format!("{hundred:.1e} %"),
    }
}

/// Dollars: `$60,437`, below a hundred with cents where there are any (`$17.42`); a true zero prints `$0`.
#[must_use]
pub fn money(usd: f64) -> String {
    if !usd.is_finite() {
        return UNDEFINED.to_owned();
    }
    let sign = if usd < 0.0 { "−" } else { "" };
    let amount = usd.abs();
    if amount == 0.0 {
        "$0".to_owned()
    } else if amount < 0.005 {
        format!("{sign}< $0.01")
    } else if amount < 99.995 && amount.fract() != 0.0 {
        format!("{sign}${amount:.2}")
    } else {
        format!("{sign}${}", grouped(&format!("{amount:.0}")))
    }
}

/// `41,722`.
#[must_use]
pub fn count(n: u64) -> String {
    grouped(&n.to_string())
}

/// Digits in groups of three.
#[must_use]
pub fn grouped(digits: &str) -> String {
    let mut out = String::with_capacity(digits.len() + digits.len() / 3);
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

/// A count that was computed rather than counted: `0`, `3`, `0.27`, `12.3`, `1,540`.
#[must_use]
pub fn decimal(x: f64) -> String {
    let sign = if x < 0.0 { "−" } else { "" };
    match x.abs() {
        a if !a.is_finite() => UNDEFINED.to_owned(),
        0.0 => "0".to_owned(),
        a if a.fract() == 0.0 => format!("{sign}{}", grouped(&format!("{a:.0}"))),
        a if a < 0.005 => format!("{sign}{a:.1e}"),
        a if a < 9.995 => format!("{sign}{a:.2}"),
        a if a < 99.95 => format!("{sign}{a:.1}"),
        a => format!("{sign}{}", grouped(&format!("{a:.0}"))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_zero_is_zero_and_only_one_is_a_hundred() {
        let rows = [
            (0.0, "0 %"),
            (-0.0, "0 %"),
            (0.000_1, "< 0.1 %"),
            (0.991, "99 %"),
            (0.996, "99.6 %"),
            (0.999_9, "> 99.9 %"),
            (1.0, "100 %"),
            (f64::NAN, "– %"),
        ];
        for (share, expected) in rows {
            assert_eq!(percent(share), expected);
        }
        assert_eq!((small_percent(0.0005), small_percent(0.000_002)), ("0.050 %".to_owned(), "2.0e-4 %".to_owned()));
    }

    #[test]
    fn money_has_thousands_and_no_negative_zero() {
        let rows = [
            (60_437.415, "$60,437"),
            (17.415, "$17.41"),
            (-0.0, "$0"),
            (0.001, "< $0.01"),
            (99.999, "$100"),
            (20.0, "$20"),
            (-1500.0, "−$1,500"),
            (f64::INFINITY, "–"),
        ];
        for (usd, expected) in rows {
            assert_eq!(money(usd), expected, "{usd}");
        }
    }
}

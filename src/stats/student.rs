//! Log tail of Student's t: a normal score whose scale was estimated.

use super::beta::beta_tails;
use super::loader::ln_1m_exp;
use super::normal::{ln_normal_upper, normal_upper_point};
use std::f64::consts::LN_2;

/// Beyond so many degrees of freedom t is normal to every digit that matters.
const NORMAL_FROM: f64 = 1e8;

/// `ln P(T ≥ t)` for Student's t with `degrees > 0` (need not be whole; infinite is normal): `½ I_x(ν/2, ½)` at
/// `x = ν / (ν + t²)` (DLMF 8.17.6). `None` where an argument is out of range.
#[must_use]
pub fn ln_student_upper(t: f64, degrees: f64) -> Option<f64> {
    if t.is_nan() || degrees.is_nan() || degrees <= 0.0 {
        return None;
    }
    if degrees >= NORMAL_FROM || t.is_infinite() {
        return Some(ln_normal_upper(t));
    }
    let square = t * t;
    let smaller =
        beta_tails(degrees / 2.0, 0.5, degrees / (degrees + square), square / (degrees + square))?.lower - LN_2;
    Some(if t < 0.0 { ln_1m_exp(smaller) } else { smaller })
}

/// The p-value of a test whose variance was estimated with `degrees` of freedom, given the p-value that it would have were the
/// variance known: the normal score of that is read against Student's t (Student 1908). Both as natural logarithms. `None` where
/// an argument is out of range.
#[must_use]
pub fn ln_p_with_estimated_variance(ln_p: f64, degrees: f64) -> Option<f64> {
    ln_student_upper(normal_upper_point(ln_p)?, degrees)
}

#[cfg(test)]
#[allow(clippy::float_cmp)] // exact edges
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn edges() {
        assert_eq!(ln_student_upper(0.0, 3.0), Some(-LN_2));
        assert_eq!(ln_student_upper(f64::INFINITY, 3.0), Some(f64::NEG_INFINITY));
        assert_eq!(ln_student_upper(1.0, 0.0), None);
        assert_eq!(ln_student_upper(f64::NAN, 1.0), None);
        assert_eq!(ln_student_upper(2.0, f64::INFINITY), Some(ln_normal_upper(2.0)));
        assert_eq!(ln_p_with_estimated_variance(0.0, 5.0), Some(0.0));
        assert_eq!(ln_p_with_estimated_variance(0.1, 5.0), None);
    }

    /// Tables: P(T > t) = 0.025 at 12.7062 (1), 2.2281 (10), 1.9840 (100); 0.001 at 3.5518 (20).
    #[test]
    fn known_points() {
        for (t, degrees, p) in
            [(12.706_205, 1.0, 0.025), (2.228_139, 10.0, 0.025), (1.983_971_5, 100.0, 0.025), (3.551_808, 20.0, 0.001)]
        {
            let got = ln_student_upper(t, degrees).unwrap().exp();
            assert!((got - p).abs() < 1e-6 * p.max(0.01), "{t} {degrees}: {got}");
        }
    }

    proptest! {
        /// One degree is Cauchy's law: ½ − atan(t) ÷ π.
        #[test]
        fn one_degree_is_cauchy(t in -50.0..50.0_f64) {
            let exact = 0.5 - t.atan() / std::f64::consts::PI;
            prop_assert!((ln_student_upper(t, 1.0).unwrap().exp() - exact).abs() < 1e-12);
        }

        #[test]
        fn less_knowledge_is_a_larger_p(ln_p in -200.0..-0.7_f64, degrees in 1.0..1e6_f64) {
            let unsure = ln_p_with_estimated_variance(ln_p, degrees).unwrap();
            prop_assert!(unsure >= ln_p - 1e-9, "{unsure}");
            prop_assert!(ln_p_with_estimated_variance(ln_p, degrees / 2.0).unwrap() >= unsure - 1e-12);
        }
    }
}

//! Hard caps on what asking may cost.
//!
//! The worst case of a call is reserved before it is sent and settled when its outcome is known, under one lock, so that no number
//! of threads overspends. What nobody can know (a call that timed out, say) counts as spent in full.

use super::{Prices, Usd, lock};
use std::sync::{Arc, Condvar, Mutex, PoisonError};

/// What calls cost.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Cost {
    /// Of all classes.
    pub tokens: u64,
    /// `None` where the model has no price.
    pub usd: Option<Usd>,
}

impl Cost {
    pub const NOTHING: Self = Self { tokens: 0, usd: Some(Usd::from_micros(0)) };

    /// Both; without a price where either is.
    #[must_use]
    pub fn plus(self, other: Self) -> Self {
        let usd = self.usd.zip(other.usd).map(|(one, other)| one.plus(other));
        Self { tokens: self.tokens.saturating_add(other.tokens), usd }
    }

    #[must_use]
    pub fn times(self, count: u64) -> Self {
        Self { tokens: self.tokens.saturating_mul(count), usd: self.usd.map(|usd| usd.times(count)) }
    }
}

/// What may be spent; a cap that is absent does not bind.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Caps {
    pub usd: Option<Usd>,
    /// Of all classes together.
    pub tokens: Option<u64>,
}

/// Caps and what was spent under them, shared by all who ask.
pub struct Budget {
    caps: Caps,
    prices: Prices,
    ledger: Mutex<Ledger>,
    settled: Condvar,
}

#[derive(Default)]
struct Ledger {
    spent: Sum,
    /// Reserved by calls that are under way.
    held: Sum,
    /// Calls settled of models without a price.
    unpriced: u64,
    refused: u64,
    overruns: u64,
}

/// Exact up to the most that fits, which no cap exceeds.
#[derive(Clone, Copy, Default)]
struct Sum {
    tokens: u64,
    usd: Usd,
}

impl Sum {
    fn plus(self, cost: Cost) -> Self {
        let usd = self.usd.plus(cost.usd.unwrap_or_default());
        Self { tokens: self.tokens.saturating_add(cost.tokens), usd }
    }

    fn minus(self, cost: Cost) -> Self {
        let micros = self.usd.micros().saturating_sub(cost.usd.unwrap_or_default().micros());
        Self { tokens: self.tokens.saturating_sub(cost.tokens), usd: Usd::from_micros(micros) }
    }
}

impl Budget {
    /// With no cap it only counts; the answers of what is asked must have a limit all the same, so that it can.
    #[must_use]
    pub fn new(caps: Caps, prices: Prices) -> Self {
        Self { caps, prices, ledger: Mutex::default(), settled: Condvar::new() }
    }

    #[must_use]
    pub fn caps(&self) -> Caps {
        self.caps
    }

    #[must_use]
    pub fn prices(&self) -> &Prices {
        &self.prices
    }

    /// What was spent, calls of unknown outcome in full; without money where a model had no price.
    #[must_use]
    pub fn spent(&self) -> Cost {
        let ledger = lock(&self.ledger);
        Cost { tokens: ledger.spent.tokens, usd: (ledger.unpriced == 0).then_some(ledger.spent.usd) }
    }

    /// Calls that were not sent because they might not have fitted. Any: the run is partial, and can be resumed.
    #[must_use]
    pub fn refused(&self) -> u64 {
        lock(&self.ledger).refused
    }

    /// Calls for which the endpoint counted more than was thought possible before they were sent.
    #[must_use]
    pub fn overruns(&self) -> u64 {
        lock(&self.ledger).overruns
    }

    /// Reserves the worst case, where need be after a wait for calls under way that may turn out cheaper.
    ///
    /// # Errors
    /// When it does not fit into what is left, or has no price where money is capped.
    pub(super) fn reserve(self: &Arc<Self>, worst: Cost) -> Result<Reservation, String> {
        let mut ledger = lock(&self.ledger);
        loop {
            if let Some(why) = self.exceeded(ledger.spent, worst) {
                ledger.refused += 1;
                return Err(why);
            }
            let under_way = Cost { tokens: ledger.held.tokens, usd: Some(ledger.held.usd) };
            if self.exceeded(ledger.spent.plus(under_way), worst).is_none() {
                ledger.held = ledger.held.plus(worst);
                return Ok(Reservation { budget: self.clone(), worst, open: true });
            }
            ledger = self.settled.wait(ledger).unwrap_or_else(PoisonError::into_inner);
        }
    }

    /// Why the call does not fit.
    fn exceeded(&self, spent: Sum, worst: Cost) -> Option<String> {
        let sum = spent.plus(worst);
        if let Some(cap) = self.caps.usd {
            let Some(most) = worst.usd else {
                return Some(format!("a cap of ${cap} is set and the model has no price"));
            };
            if sum.usd > cap {
                return Some(format!("the next call costs up to ${most}: ${} of ${cap} are spent", spent.usd));
            }
        }
        let cap = self.caps.tokens.filter(|cap| sum.tokens > *cap)?;
        Some(format!("the next call takes up to {} tokens: {} of {cap} are spent", worst.tokens, spent.tokens))
    }

    fn settle(&self, worst: Cost, actual: Cost) {
        let mut ledger = lock(&self.ledger);
        ledger.held = ledger.held.minus(worst);
        ledger.spent = ledger.spent.plus(actual);
        ledger.unpriced += u64::from(actual.usd.is_none());
        ledger.overruns += u64::from(actual.tokens > worst.tokens || actual.usd > worst.usd);
        self.settled.notify_all();
    }
}

/// What a call may cost, set aside. Dropped unsettled it counts as spent.
pub struct Reservation {
    budget: Arc<Budget>,
    worst: Cost,
    open: bool,
}

impl Reservation {
    pub fn settle(mut self, actual: Cost) {
        self.open = false;
        self.budget.settle(self.worst, actual);
    }
}

impl Drop for Reservation {
    fn drop(&mut self) {
        if self.open {
            self.budget.settle(self.worst, self.worst);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::time::Duration;

    fn budget(usd: Option<u64>, tokens: Option<u64>) -> Arc<Budget> {
        let caps = Caps { usd: usd.map(Usd::from_micros), tokens };
        Arc::new(Budget::new(caps, Prices::load(None).unwrap()))
    }

    fn cost(tokens: u64, micros: u64) -> Cost {
        Cost { tokens, usd: Some(Usd::from_micros(micros)) }
    }

    #[test]
    fn what_is_settled_for_less_is_there_again() {
        let budget = budget(Some(100), None);
        budget.reserve(cost(1, 100)).unwrap().settle(cost(1, 40));
        let error = budget.reserve(cost(1, 61)).err().unwrap();
        assert_eq!(error, "the next call costs up to $0.000061: $0.00004 of $0.0001 are spent");
        drop(budget.reserve(cost(2, 60)).unwrap());
        assert_eq!((budget.spent(), budget.refused(), budget.overruns()), (cost(3, 100), 1, 0), "unsettled is spent");
        assert!(budget.reserve(cost(0, 1)).is_err());
    }

    #[test]
    fn money_without_a_price_is_refused_and_tokens_are_not() {
        let free = Cost { tokens: 5, usd: None };
        assert!(budget(Some(100), None).reserve(free).err().unwrap().ends_with("the model has no price"));
        let tokens = budget(None, Some(5));
        tokens.reserve(free).unwrap().settle(free);
        assert_eq!(tokens.spent(), free);
        assert!(tokens.reserve(cost(1, 0)).err().unwrap().contains("5 of 5 are spent"));
    }

    #[test]
    fn whoever_might_still_fit_waits_for_the_others() {
        let budget = budget(None, Some(10));
        let first = budget.reserve(cost(10, 0)).unwrap();
        std::thread::scope(|scope| {
            let second = scope.spawn(|| budget.reserve(cost(6, 0)).map(|held| held.settle(cost(6, 0))));
            std::thread::sleep(Duration::from_millis(50));
            assert!(!second.is_finished());
            first.settle(cost(4, 0));
            assert_eq!(second.join().unwrap(), Ok(()));
        });
        assert_eq!((budget.spent().tokens, budget.refused()), (10, 0));
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(40))]
        #[test]
        fn no_order_of_calls_overspends(calls in prop::collection::vec((0u64..50, 0u64..50, 0.0..1.0f64), 1..60)) {
            let budget = budget(Some(200), Some(150));
            std::thread::scope(|scope| {
                for call in &calls {
                    let budget = &budget;
                    scope.spawn(move || {
                        let (tokens, micros, share) = *call;
                        let part = |most: u64| (most as f64 * share) as u64;
                        if let Ok(held) = budget.reserve(cost(tokens, micros)) {
                            std::thread::sleep(Duration::from_micros(300));
                            held.settle(cost(part(tokens), part(micros)));
                        }
                    });
                }
            });
            let spent = budget.spent();
            prop_assert!(spent.tokens <= 150 && spent.usd.unwrap().micros() <= 200);
            prop_assert_eq!(lock(&budget.ledger).held.tokens, 0);
        }
    }
}

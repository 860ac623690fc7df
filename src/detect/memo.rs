//! Answers that a look has found and will be asked for again: by every signature of its service.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// Answers by question.
pub struct Memo<K, V>(Mutex<BTreeMap<K, V>>);

impl<K: Ord, V: Clone> Memo<K, V> {
    pub const fn new() -> Self {
        Self(Mutex::new(BTreeMap::new()))
    }

    /// The answer, found by `find` where the question is new.
    pub fn get(&self, question: K, find: impl FnOnce() -> V) -> V {
        if let Some(known) = self.known().get(&question) {
            return known.clone();
        }
        // Not under the lock: one answer may need another.
        let answer = find();
        self.known().insert(question, answer.clone());
        answer
    }

    pub fn forget(&self) {
        self.known().clear();
    }

    /// An answer is put in whole or not at all, so that a panic elsewhere leaves nothing half done.
    fn known(&self) -> MutexGuard<'_, BTreeMap<K, V>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_answer_is_found_once_and_may_need_another() {
        let memo = Memo::new();
        assert_eq!(memo.get(2, || memo.get(1, || 10) + 1), 11);
        assert_eq!(memo.get(1, || unreachable!("known")), 10);
        memo.forget();
        assert_eq!(memo.get(1, || 12), 12);
    }
}

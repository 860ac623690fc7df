//! Recursion told once: traces that differ only in how deep it went are the same.

use std::ops::Range;

/// Longest cycle of calls that is recognized.
const MAX_CYCLE: usize = 16;
/// Rounds from which a recursion is the fault itself: the runtime stops it at whatever call happens to be the last.
const RUNAWAY_ROUNDS: usize = 16;

/// The calls without immediate repetitions, of one call or of a cycle of up to 16: the first round of each stays. The work is
/// at most 16 comparisons a call.
#[must_use]
pub fn collapse<T: PartialEq + Clone>(calls: &[T]) -> Vec<T> {
    let mut kept = calls.to_vec();
    for period in 1..=MAX_CYCLE {
        kept = without_rounds(&kept, period);
    }
    kept
}

/// `calls` without rounds of this length that repeat the one before.
fn without_rounds<T: PartialEq + Clone>(calls: &[T], period: usize) -> Vec<T> {
    let mut kept: Vec<T> = Vec::with_capacity(calls.len());
    let mut at = 0;
    while at < calls.len() {
        let round = at..at + period;
        let before = kept.len().checked_sub(period).map(|start| &kept[start..]);
        if calls.get(round).is_some_and(|round| before == Some(round)) {
            at += period;
        } else {
            kept.push(calls[at].clone());
            at += 1;
        }
    }
    kept
}

/// One round of a recursion that ran away (16 rounds or more), from the call whose name sorts first: where it was stopped says
/// nothing. `None` for other traces.
#[must_use]
pub fn runaway<T: Ord + Clone>(calls: &[T]) -> Option<Vec<T>> {
    let round = (1..=MAX_CYCLE).find_map(|period| rounds(calls, period))?;
    let cycle = &calls[round];
    let turned = (0..cycle.len()).map(|by| [&cycle[by..], &cycle[..by]].concat());
    turned.min()
}

/// The first round of the first run of at least 16 equal ones of this length.
fn rounds<T: PartialEq>(calls: &[T], period: usize) -> Option<Range<usize>> {
    let wanted = period * (RUNAWAY_ROUNDS - 1);
    let mut equal = 0;
    for at in period..calls.len() {
        equal = if calls[at] == calls[at - period] { equal + 1 } else { 0 };
        if equal >= wanted {
            let start = at + 1 - wanted - period;
            return Some(start..start + period);
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn collapsed(calls: &str) -> String {
        collapse(&calls.chars().collect::<Vec<_>>()).into_iter().collect()
    }

    #[test]
    fn rounds_are_told_once() {
        for (calls, expected) in [
            ("", ""),
            ("abc", "abc"),
            ("aaab", "ab"),
            ("xababababy", "xaby"),
            ("abcabcabcd", "abcd"),
            ("aabaab", "ab"),
            ("abcab", "abcab"),
        ] {
            assert_eq!(collapsed(calls), expected, "{calls}");
        }
    }

    #[test]
    fn a_runaway_recursion_is_the_same_wherever_it_stopped() {
        let run = |calls: String| runaway(&calls.chars().collect::<Vec<_>>());
        let expected = Some(vec!['a', 'b', 'c']);
        for stopped in ["", "z", "c", "bc", "zbc"] {
            assert_eq!(run(format!("{stopped}{}m", "abc".repeat(40))), expected, "{stopped}");
        }
        assert_eq!(run(format!("{}m", "abc".repeat(15))), None, "deep, not endless");
        assert_eq!(run("abcdefghijklmnopqrstuvwxyz".to_owned()), None);
    }

    proptest! {
        #[test]
        fn depth_does_not_matter(head in "[a-d]{0,4}", cycle in "[e-h]{1,4}", tail in "[i-l]{0,4}", rounds in 2..30_usize) {
            let at = |rounds| collapsed(&format!("{head}{}{tail}", cycle.repeat(rounds)));
            prop_assert_eq!(at(rounds), at(2));
        }

        #[test]
        fn collapsing_invents_nothing(calls in "[a-c]{0,200}") {
            let kept = collapsed(&calls);
            prop_assert!(kept.len() <= calls.len());
            prop_assert_eq!(kept.chars().next(), calls.chars().next());
            prop_assert_eq!(kept.chars().next_back(), calls.chars().next_back());
        }
    }
}

//! The section on what automatic actions would have needed at least.

use super::super::floors::{meaning, needs};
use super::super::number::{count, plural};
use super::escape::table;
use crate::evaluate::{ActionCounts, FloorScores};

/// Nothing where no automatic action was wanted.
#[must_use]
pub fn section(scores: &FloorScores) -> Option<String> {
    let wanted = scores.wanted;
    if wanted.total() == 0 {
        return None;
    }
    let row = |name: String, needs: String, met: ActionCounts, unknown: String| {
        let of = |met: u64, all: u64| format!("{}/{}", count(met), count(all));
        vec![
            name,
            needs,
            of(met.true_actions, wanted.true_actions),
            of(met.false_actions, wanted.false_actions),
            of(met.other, wanted.other),
            of(met.total(), wanted.total()),
            unknown,
        ]
    };
    let floors =
        scores.floors.iter().map(|f| row(meaning(f.name).to_owned(), needs(f.name, f.needed), f.met, count(f.unknown)));
    let rows: Vec<Vec<String>> =
        floors.chain([row("**all of them**".to_owned(), String::new(), scores.met_all, String::new())]).collect();
    let done = if scores.enforced {
        "one that misses a floor goes to a person instead"
    } else {
        "nothing was held back for missing one (`act.floors` is false)"
    };
    let head = ["met by", "needs", "right actions", "false actions", "unneeded or unlabelled", "all", "not known"];
    Some(format!(
        "## Floors for automatic action\n\nThe policy wanted {}. Floors are what an action that nobody approves needs at least, whatever \
         triage says; {done}.\n\n{}\nWhat is not known is not met: a calibrated p-value exists for known signatures only, and whether \
         other services rose only where the pipeline asks (`detect.common_shock`). **What to do:** a floor earns its place where false \
         actions miss it and right ones meet it; keep people in the loop for every action that misses one.\n",
        plural(wanted.total(), "automatic action"),
        table(&head, true, &rows)
    ))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::evaluate::FloorScore;
    use crate::model::FloorName;

    fn counts(true_actions: u64, false_actions: u64, other: u64) -> ActionCounts {
        ActionCounts { true_actions, false_actions, other }
    }

    #[test]
    fn right_and_false_actions_stand_apart() {
        let floors = vec![FloorScore { name: FloorName::K, needed: 10.0, met: counts(5, 1, 0), unknown: 2 }];
        let scores = FloorScores { enforced: false, wanted: counts(6, 4, 1), met_all: counts(5, 1, 0), floors };
        let text = section(&scores).unwrap();
        assert!(text.contains("| records in W | ≥ 10 | 5/6 | 1/4 | 0/1 | 6/11 | 2 |"), "{text}");
        assert!(text.contains("| **all of them** |  | 5/6 | 1/4 | 0/1 | 6/11 |  |"), "{text}");
        assert!(text.contains("nothing was held back"), "{text}");
        assert!(section(&FloorScores { enforced: true, ..scores }).unwrap().contains("goes to a person instead"));
    }

    #[test]
    fn without_an_action_there_is_nothing_to_say() {
        let none = ActionCounts::default();
        assert_eq!(section(&FloorScores { enforced: false, wanted: none, met_all: none, floors: Vec::new() }), None);
    }
}

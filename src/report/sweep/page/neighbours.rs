//! How fast it falls off: what one other setting would do.

use super::super::view::View;
use super::{SHOWN, and_more};
use crate::report::markdown::{md, table};
use crate::report::number::count;
use crate::sweep::Neighbour;

pub(super) fn section(view: View) -> Option<String> {
    let neighbours = &view.selection.neighbours;
    if neighbours.is_empty() {
        return None;
    }
    let same = neighbours.iter().filter(|neighbour| neighbour.same).count() as u64;
    let rows: Vec<Vec<String>> = neighbours.iter().take(SHOWN).map(|neighbour| row(view, neighbour)).collect();
    let head = ["setting", "instead of the choice's", "configuration", view.scale().name(), "minus the choice [95 %]"];
    Some(format!(
        "## How fast it falls off\n\n{} differ from the choice in one setting (in a sample, where few do, in the fewest); {} of them decide the same in every case. Where a step to the next level changes little, the choice need not be exact; where it changes much, it may hold on these data only.\n\n{}{}",
        count(neighbours.len() as u64),
        count(same),
        table(&head, false, &rows),
        and_more(neighbours.len(), rows.len(), "selection.json")
    ))
}

fn row(view: View, neighbour: &Neighbour) -> Vec<String> {
    let scale = view.scale();
    let difference = if neighbour.same {
        "decides the same".to_owned()
    } else {
        scale.difference(neighbour.difference, neighbour.low, neighbour.high)
    };
    vec![md(&neighbour.path), md(&neighbour.level), md(&neighbour.id), scale.value(neighbour.objective), difference]
}

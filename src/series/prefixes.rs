//! Templates of several lists of rules: what begins alike is done once.

use super::{Templates, Texts};
use crate::normalize::Rules;
use std::borrow::Cow;

/// The templates of each list of rules, in order. Lists are a tree: rules that several begin with are applied once, to the distinct
/// texts that the rules before them left.
#[must_use]
pub fn templates_of_rules(texts: &Texts, lists: &[&Rules]) -> Vec<Templates> {
    let mut found: Vec<Option<Templates>> = lists.iter().map(|_| None).collect();
    let raw = |id: u32| texts.get(id).message;
    let members: Vec<usize> = (0..lists.len()).collect();
    for (next, members) in by_next_rule(lists, &members, 0) {
        let to = shared(lists, &members);
        let list = lists[members[0]];
        let after = Templates::of_each(texts.len(), |id| (step(list, next, to, raw(id)), false));
        descend(lists, &members, &after, to, &mut found);
    }
    found.into_iter().flatten().collect()
}

/// `so_far`: the first `done` rules of all members.
fn descend(lists: &[&Rules], members: &[usize], so_far: &Templates, done: usize, found: &mut [Option<Templates>]) {
    for (next, members) in by_next_rule(lists, members, done) {
        if !next {
            for &member in &members {
                let cut = |id: u32| lists[member].cut(Cow::Borrowed(so_far.dictionary.get(id)));
                found[member] = Some(so_far.then(cut));
            }
            continue;
        }
        let to = shared(lists, &members);
        let list = lists[members[0]];
        let after = so_far.then(|id| list.apply(done..to, so_far.dictionary.get(id)));
        descend(lists, &members, &after, to, found);
    }
}

/// The first rules on a raw text; none where the list is empty.
fn step<'t>(list: &Rules, next: bool, to: usize, text: &'t str) -> Cow<'t, str> {
    if next { list.apply(0..to, text) } else { Cow::Borrowed(text) }
}

/// Members that go on with the same rule, in order; (false, …): those that end here.
fn by_next_rule(lists: &[&Rules], members: &[usize], done: usize) -> Vec<(bool, Vec<usize>)> {
    let mut groups: Vec<(bool, Vec<usize>)> = Vec::new();
    for &member in members {
        let next = lists[member].kinds().nth(done);
        match groups.iter_mut().find(|(_, others)| lists[others[0]].kinds().nth(done) == next) {
            Some((_, others)) => others.push(member),
            None => groups.push((next.is_some(), vec![member])),
        }
    }
    groups
}

/// First rules that all members share.
fn shared(lists: &[&Rules], members: &[usize]) -> usize {
    let first = lists[members[0]];
    members[1..].iter().map(|&other| first.shared_with(lists[other])).min().unwrap_or(first.len())
}

impl Templates {
    /// The same texts with each template turned into another.
    fn then<'t>(&self, become_of: impl Fn(u32) -> Cow<'t, str> + Sync) -> Self {
        let Self { dictionary, settled, of_text } = Self::of_each(self.dictionary.len(), |id| (become_of(id), false));
        Self { dictionary, settled, of_text: self.of_text.iter().map(|&id| of_text[id as usize]).collect() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dataset::{RecordRef, Records};
    use crate::model::Instant;
    use crate::normalize::{Cut, MaskKind, Reads, RulesSpec};
    use proptest::prelude::*;

    fn records(messages: &[String]) -> Records {
        let mut records = Records::default();
        for message in messages {
            records.push(&RecordRef::error(Instant::from_micros(0), "a", message));
        }
        records
    }

    fn rules() -> impl Strategy<Value = RulesSpec> {
        let masks = vec![
            MaskKind::Uuid {},
            MaskKind::Email {},
            MaskKind::Hex { min_length: 4 },
            MaskKind::Number { min_length: 2 },
        ];
        (prop::sample::subsequence(masks, 0..=4), prop::option::of(1..12_usize))
            .prop_map(|(masks, truncate)| RulesSpec { masks, truncate: truncate.map(Cut::Plain) })
    }

    proptest! {
        #[test]
        fn sharing_changes_nothing(
            messages in prop::collection::vec("[a-f0-9 @.x]{0,24}", 1..20),
            lists in prop::collection::vec(rules(), 1..6),
        ) {
            let records = records(&messages);
            let texts = Texts::of(&records, Reads::Message);
            let lists: Vec<Rules> = lists.iter().map(|spec| Rules::new(spec).unwrap()).collect();
            let lists: Vec<&Rules> = lists.iter().collect();
            let shared = templates_of_rules(&texts, &lists);
            prop_assert_eq!(shared.len(), lists.len());
            for (list, shared) in lists.iter().zip(&shared) {
                for id in 0..texts.len() as u32 {
                    let template = shared.dictionary.get(shared.of_text[id as usize]);
                    prop_assert_eq!(template, list.template(texts.get(id).message));
                }
            }
        }
    }
}

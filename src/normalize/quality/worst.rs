use super::found::Found;
use super::system::Crossing;
use crate::dataset::LabelledTexts;
use crate::model::excerpt;
use serde::Serialize;
use std::cmp::Reverse;
use std::collections::BTreeMap;

/// Groups that are listed of each kind, and parts of each.
const LISTED: usize = 5;
const PARTS: usize = 4;
/// Characters of a name or an example that are kept, made visible.
const SHOWN: usize = 300;

/// The groups that are wrong for most lines.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Worst {
    /// True groups that were split, and the signatures that they were split into.
    pub split: Vec<Crossed>,
    /// Signatures that merge, and the true groups that they merge.
    pub merged: Vec<Crossed>,
}

/// A group of one side and what the other makes of it.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Crossed {
    pub name: String,
    pub lines: u64,
    /// Groups of the other side that its lines are in, at least 2.
    pub parts: u64,
    /// The largest of them.
    pub largest: Vec<Part>,
}

/// Lines that are in both groups.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Part {
    pub name: String,
    pub lines: u64,
    /// The first text among them.
    pub example: String,
}

impl Worst {
    pub(super) fn of(system: &LabelledTexts, found: &Found, crossing: &Crossing) -> Self {
        let examples = Examples::of(system, found);
        let split = most(&crossing.parts, &crossing.true_sizes).into_iter().map(|group| {
            let cells = crossing.cells.range((group, 0)..=(group, u32::MAX));
            let parts = cells.map(|(&(_, signature), &lines)| (signature, lines)).collect();
            let part = |signature| (found.signatures.get(signature), examples.get(group, signature));
            crossed(system.groups.get(group), parts, part)
        });
        let merging = most(&crossing.sources, &crossing.found_sizes);
        let mut sources: BTreeMap<u32, Vec<(u32, u64)>> = merging.iter().map(|&s| (s, Vec::new())).collect();
        for (&(group, signature), &lines) in &crossing.cells {
            if let Some(list) = sources.get_mut(&signature) {
                list.push((group, lines));
            }
        }
        let merged = merging.iter().map(|&signature| {
            let part = |group| (system.groups.get(group), examples.get(group, signature));
            crossed(found.signatures.get(signature), sources.remove(&signature).unwrap_or_default(), part)
        });
        Self { split: split.collect(), merged: merged.collect() }
    }
}

/// Those with several parts, by lines; ties in the order of their first lines.
fn most(parts: &[u64], sizes: &[u64]) -> Vec<u32> {
    let mut several: Vec<u32> = (0..parts.len() as u32).filter(|&id| parts[id as usize] > 1).collect();
    several.sort_by_key(|&id| (Reverse(sizes[id as usize]), Reverse(parts[id as usize]), id));
    several.truncate(LISTED);
    several
}

fn crossed<'a>(name: &str, mut parts: Vec<(u32, u64)>, part: impl Fn(u32) -> (&'a str, &'a str)) -> Crossed {
    parts.sort_by_key(|&(id, lines)| (Reverse(lines), id));
    let largest = parts.iter().take(PARTS).map(|&(id, lines)| {
        let (name, example) = part(id);
        Part { name: excerpt(name, SHOWN), lines, example: excerpt(example, SHOWN) }
    });
    Crossed {
        name: excerpt(name, SHOWN),
        lines: parts.iter().map(|(_, lines)| lines).sum(),
        parts: parts.len() as u64,
        largest: largest.collect(),
    }
}

/// The first text of each (true group, signature).
struct Examples<'a> {
    texts: &'a LabelledTexts,
    first: BTreeMap<(u32, u32), u32>,
}

impl<'a> Examples<'a> {
    fn of(texts: &'a LabelledTexts, found: &Found) -> Self {
        let mut first = BTreeMap::new();
        for row in &texts.rows {
            first.entry((row.group, found.of_text[row.text as usize])).or_insert(row.text);
        }
        Self { texts, first }
    }

    fn get(&self, group: u32, signature: u32) -> &'a str {
        self.first.get(&(group, signature)).map_or("", |&text| self.texts.texts.get(text))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_worst_groups_are_those_with_most_lines() {
        let (mut system, mut found) = (LabelledTexts::new("s"), Found::default());
        let mut put = |text: &str, lines: u32, group: &str, signature: &str| {
            (0..lines).for_each(|_| system.push(text, group));
            let id = found.signatures.intern(signature);
            found.of_text.push(id);
        };
        put("a1", 1, "A", "f1");
        put("a2", 7, "A", "f2");
        put("b1", 5, "B", "f1");
        put("c1", 9, "C", "f3");
        put("d1", 1, "D", "f4");
        put("d2", 1, "D", "f5");
        let worst = Worst::of(&system, &found, &Crossing::of(&system, &found));
        let names: Vec<(&str, u64)> = worst.split.iter().map(|c| (c.name.as_str(), c.lines)).collect();
        assert_eq!(names, [("A", 8), ("D", 2)]);
        let parts: Vec<(&str, u64, &str)> =
            worst.split[0].largest.iter().map(|p| (p.name.as_str(), p.lines, p.example.as_str())).collect();
        assert_eq!(parts, [("f2", 7, "a2"), ("f1", 1, "a1")]);
        assert_eq!((worst.merged.len(), worst.merged[0].name.as_str(), worst.merged[0].lines), (1, "f1", 6));
        assert_eq!(worst.merged[0].largest[0].example, "b1");
    }
}

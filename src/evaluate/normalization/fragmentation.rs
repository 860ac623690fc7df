//! Signs that one error is spread over several signatures.

use super::TOLD;
use super::tally::Tallies;
use crate::stats::Estimate;
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use xxhash_rust::xxh3::xxh3_128;

/// Words of a signature that are compared, and signatures of a family that are told.
const WORDS: usize = 64;
const VALUES: usize = 5;
/// Fewer signatures may well be different errors: two status codes, two tables.
const SMALLEST_FAMILY: usize = 3;

/// Shares of signatures.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Fragmentation {
    /// Those with one record.
    pub seen_once: Estimate,
    /// Those whose records all lie within an hour; those seen once are among them.
    pub in_one_hour: Estimate,
    /// Those that differ from another one in one word.
    pub one_word_apart: Estimate,
    /// Sets of at least three signatures that differ in one word, and the signatures in them.
    pub families_found: u64,
    pub signatures_in_families: u64,
    /// The largest of them.
    pub families: Vec<Family>,
}

/// Signatures that are the same but for one word.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Family {
    /// The signature with `<?>` in that place.
    pub pattern: String,
    pub signatures: u64,
    pub records: u64,
    /// Some of the words that stand there.
    pub values: Vec<String>,
}

/// The shares, and the templates of each family.
pub fn fragmentation(tallies: &Tallies) -> (Fragmentation, Vec<Vec<u32>>) {
    let all = tallies.seen().count() as u64;
    let share = |n: usize| Estimate::ratio(n as u64, all);
    let neighbours = neighbours(tallies);
    let near: BTreeSet<u32> = neighbours.iter().flat_map(|(_, ids)| ids).copied().collect();
    let families = families(neighbours);
    let told = families.iter().take(TOLD).map(|(position, ids)| told(tallies, *position, ids)).collect();
    let fragmentation = Fragmentation {
        seen_once: share(tallies.seen().filter(|(_, tally)| tally.records == 1).count()),
        in_one_hour: share(tallies.seen().filter(|(_, tally)| tally.lies_in_an_hour()).count()),
        one_word_apart: share(near.len()),
        families_found: families.len() as u64,
        signatures_in_families: families.iter().map(|(_, ids)| ids.len() as u64).sum(),
        families: told,
    };
    (fragmentation, families.into_iter().map(|(_, ids)| ids).collect())
}

/// Sets of at least two templates that differ in the word at one position only; most templates first.
fn neighbours(tallies: &Tallies) -> Vec<(usize, Vec<u32>)> {
    let mut ids: Vec<u32> = tallies.seen().map(|(id, _)| id).collect();
    ids.sort_by_key(|&id| tallies.text(id));
    // By hash: the texts themselves would be many times the signatures.
    let mut buckets: HashMap<(usize, u128), usize> = HashMap::new();
    let mut sets: Vec<(usize, Vec<u32>)> = Vec::new();
    for id in ids {
        let words: Vec<&str> = tallies.text(id).split_whitespace().collect();
        // A single word has nothing that it shares.
        for position in (0..words.len().min(WORDS)).filter(|_| words.len() > 1) {
            let index =
                *buckets.entry((position, xxh3_128(without(&words, position).as_bytes()))).or_insert_with(|| {
                    sets.push((position, Vec::new()));
                    sets.len() - 1
                });
            sets[index].1.push(id);
        }
    }
    sets.retain(|(_, ids)| ids.len() > 1);
    sets.sort_by_key(|(_, ids)| std::cmp::Reverse(ids.len()));
    sets
}

fn without(words: &[&str], position: usize) -> String {
    let mut words = words.to_vec();
    words[position] = "<?>";
    words.join(" ")
}

/// Each template in the largest set that it belongs to.
fn families(neighbours: Vec<(usize, Vec<u32>)>) -> Vec<(usize, Vec<u32>)> {
    let mut taken: BTreeSet<u32> = BTreeSet::new();
    let mut families: Vec<(usize, Vec<u32>)> = Vec::new();
    for (position, ids) in neighbours {
        let free: Vec<u32> = ids.into_iter().filter(|id| !taken.contains(id)).collect();
        if free.len() >= SMALLEST_FAMILY {
            taken.extend(&free);
            families.push((position, free));
        }
    }
    families.sort_by_key(|(_, ids)| std::cmp::Reverse(ids.len()));
    families
}

fn told(tallies: &Tallies, position: usize, ids: &[u32]) -> Family {
    let words = |id: u32| tallies.text(id).split_whitespace().collect::<Vec<&str>>();
    let by_word: BTreeMap<&str, u64> = ids.iter().map(|&id| (words(id)[position], tallies.get(id).records)).collect();
    Family {
        pattern: without(&words(ids[0]), position),
        signatures: ids.len() as u64,
        records: ids.iter().map(|&id| tallies.get(id).records).sum(),
        values: super::tally::most(&by_word, VALUES, |word| word),
    }
}

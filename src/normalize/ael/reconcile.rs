//! Which words of templates are values, by what else was seen in their place.

use super::piece::{Piece, merged, pieces, render};
use super::places::Places;
use hashbrown::{HashMap, HashSet};

/// Rounds at most: each may show variables that the ones before hid.
const ROUNDS: usize = 4;
/// Constant words that must stand beside a place with many words, else it says nothing: any two messages are `<word> <*>`.
const CONTEXT: u32 = 2;
/// The same for a place in which a value was seen, where one word is enough to be taken for another.
const CONTEXT_OF_VALUE: u32 = 3;

/// What was learned of places, round by round.
#[derive(Default)]
pub struct Variables {
    rounds: Vec<Round>,
}

#[derive(Default)]
struct Round {
    /// Templates with one place left open in which many different words were seen.
    crowded: HashSet<u64>,
    /// All templates.
    templates: HashSet<u64>,
}

impl Variables {
    /// From distinct templates, in any order: a word is a value when at least `min_values` different ones (a value among them) were
    /// seen in its place, or when the template with a value there was.
    #[must_use]
    pub fn of(templates: &[Box<[Piece]>], min_values: usize) -> Self {
        let mut variables = Self::default();
        let mut current: Vec<Vec<Piece>> = templates.iter().map(|template| template.to_vec()).collect();
        for _ in 0..ROUNDS {
            let round = Round::of(&current, min_values);
            let before = current.len();
            let mut distinct = HashSet::new();
            current = current.iter().map(|template| round.fill(template)).collect();
            current.retain(|template| distinct.insert(Places::of(template).whole));
            variables.rounds.push(round);
            if current.len() == before {
                break;
            }
        }
        variables
    }

    /// The template with its values replaced by `<*>`.
    #[must_use]
    pub fn apply(&self, template: &str) -> String {
        let filled = self.rounds.iter().fold(pieces(template), |current, round| round.fill(&current));
        render(&filled, template)
    }
}

impl Round {
    fn of(templates: &[Vec<Piece>], min_values: usize) -> Self {
        let mut round = Self::default();
        let mut words: HashMap<u64, usize> = HashMap::new();
        for template in templates {
            let places = Places::of(template);
            round.templates.insert(places.whole);
            for at in places.candidates() {
                let place = places.without(at);
                let seen = words.entry(place).or_default();
                *seen += 1;
                if *seen >= min_values {
                    round.crowded.insert(place);
                }
            }
        }
        round
    }

    /// The template with the values of this round.
    fn fill(&self, template: &[Piece]) -> Vec<Piece> {
        let places = Places::of(template);
        let mut filled = template.to_vec();
        for at in places.candidates() {
            let context = places.context(at);
            let crowded = context >= CONTEXT && self.crowded.contains(&places.without(at));
            if crowded || (context >= CONTEXT_OF_VALUE && self.templates.contains(&places.with_value(at))) {
                filled[at] = filled[at].into_value();
            }
        }
        merged(filled)
    }
}

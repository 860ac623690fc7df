//! Which words of templates are values, by what else was seen in their place.

use super::phrase::Folded;
use super::piece::{Piece, hashed, merged, render};
use super::places::Places;
use hashbrown::{HashMap, HashSet};

/// Rounds at most: each may show variables that the ones before hid.
const ROUNDS: usize = 6;
/// Constant words that must stand beside a place with many words, else it says nothing: any two messages are `<word> <*>`.
const CONTEXT: u32 = 2;
/// The same for a place in which a value was seen, where one word is enough to be taken for another.
const CONTEXT_OF_VALUE: u32 = 3;

/// What was learned of places, round by round.
#[derive(Default)]
pub struct Variables {
    rounds: Vec<Round>,
}

struct Round {
    /// What stands in quotes or brackets is one word.
    phrases: bool,
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
        let mut before = [usize::MAX; 2];
        for phrases in [true, false].into_iter().cycle().take(ROUNDS) {
            let round = Round::of(&current, phrases, min_values);
            let mut distinct = HashSet::new();
            current = current.iter().map(|template| round.fill(template)).collect();
            current.retain(|template| distinct.insert(Places::of(template).whole));
            variables.rounds.push(round);
            if before == [current.len(); 2] {
                break;
            }
            before = [before[1], current.len()];
        }
        variables
    }

    /// The template with its values replaced by `<*>`.
    #[must_use]
    pub fn apply(&self, template: &str) -> String {
        let filled = self.rounds.iter().fold(hashed(template), |current, round| round.fill(&current));
        render(&filled, template)
    }
}

impl Round {
    fn of(templates: &[Vec<Piece>], phrases: bool, min_values: usize) -> Self {
        let mut round = Self { phrases, crowded: HashSet::new(), templates: HashSet::new() };
        let mut words: HashMap<u64, usize> = HashMap::new();
        for template in templates {
            let view = round.view(template);
            let places = Places::of(&view.pieces);
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

    fn view<'a>(&self, template: &'a [Piece]) -> Folded<'a> {
        if self.phrases { Folded::of(template) } else { Folded::flat(template) }
    }

    /// The template with the values of this round.
    fn fill(&self, template: &[Piece]) -> Vec<Piece> {
        let view = self.view(template);
        let places = Places::of(&view.pieces);
        let is_value = |at: &usize| {
            let context = places.context(*at);
            let crowded = context >= CONTEXT && self.crowded.contains(&places.without(*at));
            crowded || (context >= CONTEXT_OF_VALUE && self.templates.contains(&places.with_value(*at)))
        };
        let values: Vec<usize> = places.candidates().filter(is_value).collect();
        merged(view.with_values(&values))
    }
}

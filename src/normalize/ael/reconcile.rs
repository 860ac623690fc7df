//! Which words of templates are values, by what else was seen in their place.

use super::phrase::Folded;
use super::piece::{Kind, Piece, hashed, merged, render};
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
            current = current.into_iter().map(|template| round.fill(template)).collect();
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
        let filled = self.rounds.iter().fold(hashed(template), |current, round| round.fill(current));
        render(&filled, template)
    }
}

impl Round {
    fn of(templates: &[Vec<Piece>], min_values: usize) -> Self {
        let mut round = Self::default();
        let mut words: HashMap<u64, usize> = HashMap::new();
        for template in templates {
            round.see(Places::of(template), &mut words);
            if let Some(folded) = Folded::of(template) {
                round.see(Places::of(&folded.pieces), &mut words);
            }
        }
        round.crowded = words.into_iter().filter(|(_, seen)| *seen >= min_values).map(|(place, _)| place).collect();
        round
    }

    fn see(&mut self, template: Places, words: &mut HashMap<u64, usize>) {
        self.templates.insert(template.whole);
        for at in template.candidates() {
            *words.entry(template.without(at)).or_default() += 1;
        }
    }

    /// The template with the values of this round: phrases first, then words.
    fn fill(&self, mut template: Vec<Piece>) -> Vec<Piece> {
        if let Some(folded) = Folded::of(&template) {
            let values: Vec<usize> = self.values(Places::of(&folded.pieces)).collect();
            if !values.is_empty() {
                template = merged(folded.with_values(&values));
            }
        }
        let values: Vec<usize> = self.values(Places::of(&template)).collect();
        for &at in &values {
            template[at] = template[at].into_value();
        }
        if values.is_empty() { template } else { merged(template) }
    }

    /// Where the words of a template are values.
    fn values<'a>(&'a self, template: Places<'a>) -> impl Iterator<Item = usize> + 'a {
        template.candidates().filter(move |&at| {
            let context = template.context(at);
            let crowded = || context >= CONTEXT && self.crowded.contains(&template.without(at));
            let taken = || context >= CONTEXT_OF_VALUE && self.templates.contains(&template.with_value(at));
            template.kind(at) != Kind::Value && (crowded() || taken())
        })
    }
}

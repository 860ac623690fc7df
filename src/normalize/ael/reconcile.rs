//! Which places of templates are filled by too many different words for these to be part of the message.

use super::piece::{Kind, Piece, merged, pieces, render};
use hashbrown::{HashMap, HashSet};

/// Rounds at most: each may show variables that the ones before hid.
const ROUNDS: usize = 4;
/// Constant words that must stand beside a place, else it says nothing: of `<word> <*>` any two messages are.
const CONTEXT: u32 = 2;
/// The same where a value was seen in the place, which then needs only one more word to be a variable.
const CONTEXT_OF_VALUE: u32 = 3;
/// Stands for the word that is left out of a template; any number that is no hash of a piece in practice.
const HOLE: u64 = 0x9e37_79b9_7f4a_7c15;

/// Places of templates in which different words are the same to us, round by round.
#[derive(Default)]
pub struct Variables {
    rounds: Vec<HashSet<u64>>,
}

/// What stood in one place of otherwise equal templates.
#[derive(Clone, Copy, Default)]
struct Seen {
    words: usize,
    value: bool,
}

impl Variables {
    /// From distinct templates: a place is variable when at least `min_values` different words were seen in it, or a value and a
    /// word. The order does not matter.
    #[must_use]
    pub fn of(templates: &[Box<[Piece]>], min_values: usize) -> Self {
        let mut variables = Self::default();
        let mut current: Vec<Vec<Piece>> = templates.iter().map(|template| template.to_vec()).collect();
        for _ in 0..ROUNDS {
            let round = open_places(&current, min_values);
            if round.is_empty() {
                break;
            }
            let mut distinct = HashSet::new();
            current = current
                .into_iter()
                .map(|template| fill(&template, &round))
                .filter(|template| distinct.insert(Places::of(template).whole))
                .collect();
            variables.rounds.push(round);
        }
        variables
    }

    /// The template with its variable places filled by `<*>`.
    #[must_use]
    pub fn apply(&self, template: &str) -> String {
        let mut current = pieces(template);
        for round in &self.rounds {
            current = fill(&current, round);
        }
        render(&current, template)
    }
}

fn open_places(templates: &[Vec<Piece>], min_values: usize) -> HashSet<u64> {
    let mut seen: HashMap<u64, Seen> = HashMap::new();
    let mut open = HashSet::new();
    for template in templates {
        let places = Places::of(template);
        for at in places.candidates() {
            let hole = places.without(at);
            let seen = seen.entry(hole).or_default();
            seen.words += 1;
            seen.value |= template[at].kind == Kind::Value;
            let context = places.context(at);
            let is_open = (seen.words >= min_values && context >= CONTEXT)
                || (seen.words >= 2 && seen.value && context >= CONTEXT_OF_VALUE);
            if is_open {
                open.insert(hole);
            }
        }
    }
    open
}

fn fill(template: &[Piece], open: &HashSet<u64>) -> Vec<Piece> {
    let places = Places::of(template);
    let mut filled = template.to_vec();
    for at in places.candidates() {
        if open.contains(&places.without(at)) {
            filled[at] = filled[at].into_value();
        }
    }
    merged(filled)
}

/// A template as a sum over its places, so that leaving one out is one subtraction.
struct Places<'a> {
    pieces: &'a [Piece],
    whole: u64,
    /// Constant words.
    words: u32,
    /// The first piece that is no mark: it names the event or who tells of it, and is no variable.
    first: usize,
}

impl<'a> Places<'a> {
    fn of(pieces: &'a [Piece]) -> Self {
        let whole = (0..).zip(pieces).fold(0_u64, |sum, (at, piece)| sum.wrapping_add(mixed(at, piece.hash)));
        let words = pieces.iter().filter(|piece| is_constant(piece)).count() as u32;
        let first = pieces.iter().position(|piece| is_constant(piece) || is_candidate(piece));
        Self { pieces, whole, words, first: first.unwrap_or_default() }
    }

    fn candidates(&self) -> impl Iterator<Item = usize> + '_ {
        (self.first + 1..self.pieces.len()).filter(|&at| is_candidate(&self.pieces[at]))
    }

    /// The template without the word in one place.
    fn without(&self, at: usize) -> u64 {
        let piece = &self.pieces[at];
        let hole = HOLE.wrapping_add(u64::from(piece.spaced));
        self.whole.wrapping_sub(mixed(at, piece.hash)).wrapping_add(mixed(at, hole))
    }

    /// Constant words beside a place.
    fn context(&self, at: usize) -> u32 {
        self.words - u32::from(is_constant(&self.pieces[at]))
    }
}

fn is_constant(piece: &Piece) -> bool {
    matches!(piece.kind, Kind::Word | Kind::ErrorType)
}

fn is_candidate(piece: &Piece) -> bool {
    matches!(piece.kind, Kind::Word | Kind::Value)
}

/// A hash of a piece in its place (the finalizer of `MurmurHash3`, Appleby 2011).
fn mixed(at: usize, piece: u64) -> u64 {
    let mut hash = piece ^ (at as u64 + 1).wrapping_mul(HOLE);
    hash = (hash ^ (hash >> 33)).wrapping_mul(0xff51_afd7_ed55_8ccd);
    hash = (hash ^ (hash >> 33)).wrapping_mul(0xc4ce_b9fe_1a85_ec53);
    hash ^ (hash >> 33)
}

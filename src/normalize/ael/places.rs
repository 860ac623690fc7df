//! Templates as numbers: a template with one place changed is known without being made.

use super::piece::{Kind, MAX_PIECES, Piece, value_hash};

/// Base of the polynomial; odd, so that no place is lost (the golden ratio's bits).
const BASE: u64 = 0x9e37_79b9_7f4a_7c15;
/// Stands for the word that is left out; no hash of a piece in practice.
const HOLE: u64 = 0xd1b5_4a32_d192_ed03;

/// Powers of the base.
static POWERS: [u64; MAX_PIECES] = {
    let mut powers = [1; MAX_PIECES];
    let mut at = 1;
    while at < MAX_PIECES {
        powers[at] = BASE.wrapping_mul(powers[at - 1]);
        at += 1;
    }
    powers
};

/// A template as the sum Σ hash(piece) · base^place modulo 2⁶⁴ (Karp & Rabin 1987).
#[derive(Clone, Copy)]
pub struct Places<'a> {
    pieces: &'a [Piece],
    pub whole: u64,
    /// Constant words.
    words: u32,
}

impl<'a> Places<'a> {
    #[must_use]
    pub fn of(pieces: &'a [Piece]) -> Self {
        let whole = pieces
            .iter()
            .zip(&POWERS)
            .fold(0_u64, |sum, (piece, power)| sum.wrapping_add(piece.hash.wrapping_mul(*power)));
        let words = pieces.iter().filter(|piece| piece.is_constant()).count() as u32;
        Self { pieces, whole, words }
    }

    /// Where values are or words that may turn out to be values: all but the first, which names the event or who tells of it.
    pub fn candidates(self) -> impl Iterator<Item = usize> + 'a {
        let is_candidate = |piece: &Piece| matches!(piece.kind, Kind::Word | Kind::Number | Kind::Value);
        let pieces = self.pieces;
        let first = pieces.iter().position(|piece| is_candidate(piece) || piece.is_constant()).unwrap_or(pieces.len());
        (first..pieces.len()).skip(1).filter(move |&at| is_candidate(&pieces[at]))
    }

    #[must_use]
    pub fn kind(&self, at: usize) -> Kind {
        self.pieces[at].kind
    }

    /// Constant words beside the word in a place.
    #[must_use]
    pub fn context(&self, at: usize) -> u32 {
        self.words - u32::from(self.pieces[at].is_constant())
    }

    /// The template without the word in a place.
    #[must_use]
    pub fn without(&self, at: usize) -> u64 {
        self.with(at, HOLE.wrapping_add(u64::from(self.pieces[at].spaced)))
    }

    /// The template with a value in a place.
    #[must_use]
    pub fn with_value(&self, at: usize) -> u64 {
        self.with(at, value_hash(self.pieces[at].spaced))
    }

    fn with(&self, at: usize, piece: u64) -> u64 {
        let old = POWERS[at].wrapping_mul(self.pieces[at].hash);
        self.whole.wrapping_sub(old).wrapping_add(POWERS[at].wrapping_mul(piece))
    }
}

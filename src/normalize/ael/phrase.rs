//! What stands in quotes or brackets as one word, however many it has.

use super::piece::{Kind, Piece};
use std::ops::Range;

/// Pieces of a phrase at most; what is longer is a text of its own.
const LONGEST: usize = 8;

/// A template with its phrases as one word each.
pub struct Folded<'a> {
    pub pieces: Vec<Piece>,
    /// Which pieces of the template each stands for.
    of: Vec<Range<usize>>,
    template: &'a [Piece],
}

impl<'a> Folded<'a> {
    /// `None` where there is no phrase.
    #[must_use]
    pub fn of(template: &'a [Piece]) -> Option<Self> {
        let mut folded = Self { pieces: Vec::new(), of: Vec::new(), template };
        let mut at = 0;
        for open in 0..template.len() {
            if let Some(end) = phrase_end(template, open).filter(|_| open >= at) {
                folded.push_all(at..open + 1);
                folded.pieces.push(Piece::joined(&template[open + 1..end]));
                folded.of.push(open + 1..end);
                at = end;
            }
        }
        if folded.pieces.is_empty() {
            return None;
        }
        folded.push_all(at..template.len());
        Some(folded)
    }

    fn push_all(&mut self, pieces: Range<usize>) {
        self.of.extend(pieces.clone().map(|at| at..at + 1));
        self.pieces.extend_from_slice(&self.template[pieces]);
    }

    /// The template with the words and phrases in some places replaced by values.
    #[must_use]
    pub fn with_values(&self, places: &[usize]) -> Vec<Piece> {
        let mut out = Vec::with_capacity(self.template.len());
        let mut places = places.iter().peekable();
        for (at, (piece, of)) in self.pieces.iter().zip(&self.of).enumerate() {
            if places.next_if_eq(&&at).is_some() {
                out.push(piece.into_value());
            } else {
                out.extend_from_slice(&self.template[of.clone()]);
            }
        }
        out
    }
}

/// Where the phrase of two pieces and more ends that the mark in a place opens.
fn phrase_end(pieces: &[Piece], open: usize) -> Option<usize> {
    let mark = &pieces[open];
    // An apostrophe stands inside of a word.
    let inside = !mark.spaced && open > 0 && matches!(pieces[open - 1].kind, Kind::Word | Kind::Value);
    if !matches!(mark.kind, Kind::Quote | Kind::Open) || (mark.kind == Kind::Quote && inside) {
        return None;
    }
    let is_edge = |piece: &Piece| matches!(piece.kind, Kind::Quote | Kind::Open | Kind::Close);
    let length = pieces[open + 1..].iter().take(LONGEST + 1).position(is_edge)?;
    let end = open + 1 + length;
    let closes = if mark.kind == Kind::Open { pieces[end].kind == Kind::Close } else { pieces[end].is_same_mark(mark) };
    let has_word = pieces[open + 1..end].iter().any(|piece| piece.kind == Kind::Word);
    (closes && length >= 2 && has_word).then_some(end)
}

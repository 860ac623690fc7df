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
    #[must_use]
    pub fn of(template: &'a [Piece]) -> Self {
        let mut folded = Self { pieces: Vec::with_capacity(template.len()), of: Vec::new(), template };
        let mut at = 0;
        while at < template.len() {
            folded.push(template[at], at..at + 1);
            at += 1;
            if let Some(end) = phrase_end(template, at - 1) {
                folded.push(Piece::joined(&template[at..end]), at..end);
                at = end;
            }
        }
        folded
    }

    /// The template as it is.
    #[must_use]
    pub fn flat(template: &'a [Piece]) -> Self {
        Self { pieces: template.to_vec(), of: (0..template.len()).map(|at| at..at + 1).collect(), template }
    }

    fn push(&mut self, piece: Piece, of: Range<usize>) {
        self.pieces.push(piece);
        self.of.push(of);
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

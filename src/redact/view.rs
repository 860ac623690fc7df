//! Text as a reader would see it, with a map back to where each byte stood.

use super::escape;
use std::ops::Range;

/// Rounds of unescaping: JSON within JSON within JSON, percent-encoded twice, takes four.
const ROUNDS: usize = 5;

/// A text derived from a raw one.
pub(super) struct View {
    pub text: String,
    /// Of each byte of `text`: the bytes of the raw text that it stands for.
    places: Vec<(u32, u32)>,
}

impl View {
    /// The text itself.
    fn of(raw: &str) -> Self {
        let mut view = Self { text: raw.to_owned(), places: Vec::with_capacity(raw.len()) };
        for (at, c) in raw.char_indices() {
            let place = (at as u32, (at + c.len_utf8()) as u32);
            view.places.extend(std::iter::repeat_n(place, c.len_utf8()));
        }
        view
    }

    /// `raw` as it stands, and each further reading of it: hidden characters left out and one more level of escapes undone.
    pub fn all(raw: &str) -> Vec<Self> {
        let mut views = vec![Self::of(raw)];
        while views.len() <= ROUNDS {
            let Some(next) = views.last().and_then(Self::unescaped) else { break };
            views.push(next);
        }
        views
    }

    /// `None`: there was nothing to undo.
    fn unescaped(&self) -> Option<Self> {
        let mut view =
            Self { text: String::with_capacity(self.text.len()), places: Vec::with_capacity(self.text.len()) };
        let (mut at, mut changed) = (0, false);
        while let Some(c) = self.text[at..].chars().next() {
            let read = escape::read(&self.text[at..], c);
            let (length, stands_for) = read.unwrap_or((c.len_utf8(), Some(c)));
            changed |= read.is_some();
            if let Some(c) = stands_for {
                let place = (self.places[at].0, self.places[at + length - 1].1);
                view.text.push(c);
                view.places.extend(std::iter::repeat_n(place, c.len_utf8()));
            }
            at += length;
        }
        changed.then_some(view)
    }

    /// Where a non-empty range of the text stood in the raw text.
    pub fn raw(&self, range: &Range<usize>) -> Range<usize> {
        self.places[range.start].0 as usize..self.places[range.end - 1].1 as usize
    }
}

/// Longest piece that is counted at once, in bytes: the time that a piece takes grows with the square of its longest word.
const PIECE: usize = 1024;

/// Tokens that a text takes in the vocabulary `o200k_base`: an **estimate**, as every model has a vocabulary of its own. For plans and
/// reservations before a call; afterwards the endpoint's own count is the truth.
///
/// The text is counted in pieces, cut between words where there are any: up to one token in 1,000 bytes is counted too many.
#[must_use]
pub fn estimate_tokens(text: &str) -> u64 {
    let vocabulary = tiktoken_rs::o200k_base_singleton();
    let mut rest = text;
    let mut tokens = 0;
    while !rest.is_empty() {
        let (piece, after) = rest.split_at(cut(rest));
        tokens += vocabulary.count_ordinary(piece) as u64;
        rest = after;
    }
    tokens
}

/// Where the next piece ends: before the last space of its second half, where words begin.
fn cut(text: &str) -> usize {
    if text.len() <= PIECE {
        return text.len();
    }
    let most = text.floor_char_boundary(PIECE);
    let second_half = text.floor_char_boundary(PIECE / 2);
    let space = text.as_bytes()[second_half..most].iter().rposition(|byte| *byte == b' ');
    space.map_or(most, |at| second_half + at)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::time::{Duration, Instant};

    #[test]
    fn known_texts_have_their_count() {
        // `tiktoken.get_encoding("o200k_base").encode` of the same words.
        assert_eq!(estimate_tokens(""), 0);
        assert_eq!(estimate_tokens("hello world"), 2);
        let words = "the quick brown fox jumps over the lazy dog ".repeat(200);
        let whole = tiktoken_rs::o200k_base_singleton().count_ordinary(&words) as u64;
        assert_eq!(estimate_tokens(&words), whole, "cut between words");
    }

    #[test]
    fn hostile_texts_take_bounded_time() {
        let started = Instant::now();
        for unit in ["a", "A", " ", "\n", "é", "漢", "\u{301}", "0", "/", "aA", "\r\n ", "'s", "🦀"] {
            let text = unit.repeat((100 << 10) / unit.len());
            assert!((1..=text.len() as u64).contains(&estimate_tokens(&text)), "{unit:?}");
        }
        assert!(started.elapsed() < Duration::from_mins(1), "{:?}", started.elapsed());
    }

    proptest! {
        #[test]
        fn there_are_no_more_tokens_than_bytes(text in "(?s).{0,3000}") {
            prop_assert!(estimate_tokens(&text) <= text.len() as u64);
        }
    }
}

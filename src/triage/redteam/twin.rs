//! Harmless words in place of a payload's, of the same lengths.

/// Two words of each length from 2 to 12 letters; what is longer is put together.
const WORDS: [[&str; 2]; 11] = [
    ["in", "at"],
    ["sea", "oak"],
    ["lamp", "rain"],
    ["river", "stone"],
    ["garden", "copper"],
    ["harvest", "lantern"],
    ["mountain", "sandwich"],
    ["orchestra", "chocolate"],
    ["watermelon", "lighthouse"],
    ["marshmallow", "butterflies"],
    ["refrigerator", "kindergarten"],
];

/// `text` with every word of ASCII letters replaced; digits, signs, line ends and terminal sequences stay.
pub(super) fn harmless(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    let mut turn = 0;
    while let Some(c) = rest.chars().next() {
        let sequence = if c == '\u{1b}' { sequence(rest) } else { 0 };
        let word = rest.bytes().take_while(u8::is_ascii_alphabetic).count();
        let taken = sequence.max(word).max(c.len_utf8());
        if word > 0 {
            out.push_str(&cased(&rest[..word], turn));
            turn += 1;
        } else {
            out.push_str(&rest[..taken]);
        }
        rest = &rest[taken..];
    }
    out
}

/// Bytes of a control sequence that ends with a letter.
fn sequence(text: &str) -> usize {
    if !text.starts_with("\u{1b}[") {
        return 0;
    }
    text.bytes().skip(2).position(|b| b.is_ascii_alphabetic()).map_or(0, |end| end + 3)
}

/// A word as long as `word`, with its capitals.
fn cased(word: &str, turn: usize) -> String {
    let mut letters = String::new();
    while letters.len() < word.len() {
        match word.len() - letters.len() {
            1 => letters.push('s'),
            left => letters.push_str(WORDS[left.min(12) - 2][turn % 2]),
        }
    }
    let pairs = letters.chars().zip(word.chars());
    pairs.map(|(new, old)| if old.is_ascii_uppercase() { new.to_ascii_uppercase() } else { new }).collect()
}

//! How a payload hides from whoever only searches for its words.

use serde::Deserialize;

/// A writing of a text that a model may still read.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Encoding {
    #[default]
    Plain,
    Base64,
    Rot13,
    /// Unicode's tag characters, which nothing shows.
    Tags,
    /// Latin letters replaced by Cyrillic ones that look alike.
    Homoglyphs,
    FullWidth,
    /// A zero-width space after each letter.
    ZeroWidth,
    Reversed,
    /// A blank after each letter.
    Spaced,
}

impl Encoding {
    pub fn apply(self, text: &str) -> String {
        let each = |of: fn(char) -> char| text.chars().map(of).collect();
        match self {
            Self::Plain => text.to_owned(),
            Self::Base64 => base64(text.as_bytes()),
            Self::Rot13 => each(rot13),
            Self::Tags => each(|c| shifted(c, 0xe_0000)),
            Self::Homoglyphs => each(homoglyph),
            Self::FullWidth => each(|c| if c == ' ' { c } else { shifted(c, 0xfee0) }),
            Self::ZeroWidth => text.chars().flat_map(|c| [c, '\u{200b}']).collect(),
            Self::Reversed => text.chars().rev().collect(),
            Self::Spaced => text.chars().flat_map(|c| [c, ' ']).collect(),
        }
    }
}

fn rot13(c: char) -> char {
    match c {
        'a'..='m' | 'A'..='M' => char::from(c as u8 + 13),
        'n'..='z' | 'N'..='Z' => char::from(c as u8 - 13),
        c => c,
    }
}

/// A printable character of ASCII moved to another block of Unicode.
fn shifted(c: char, by: u32) -> char {
    if c.is_ascii_graphic() || c == ' ' { char::from_u32(u32::from(c) + by).unwrap_or(c) } else { c }
}

fn homoglyph(c: char) -> char {
    match c {
        'a' => 'а',
        'c' => 'с',
        'e' => 'е',
        'i' => 'і',
        'o' => 'о',
        'p' => 'р',
        'x' => 'х',
        'y' => 'у',
        'A' => 'А',
        'I' => 'І',
        c => c,
    }
}

/// RFC 4648, with padding.
fn base64(bytes: &[u8]) -> String {
    const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut out = String::new();
    for chunk in bytes.chunks(3) {
        let held = (0..3).fold(0, |held, at| held << 8 | usize::from(chunk.get(at).copied().unwrap_or(0)));
        for at in 0..4 {
            let digit = char::from(ALPHABET[held >> (18 - 6 * at) & 63]);
            out.push(if at <= chunk.len() { digit } else { '=' });
        }
    }
    out
}

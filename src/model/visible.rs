use std::borrow::Cow;
use std::fmt::Write;

/// `text` with every character shown that could move a cursor, hide or reorder text: control characters, escapes, bidirectional
/// and zero-width marks and tags become `⟦U+202E⟧`, line breaks and tabs `\n` and `\t`. Text from logs, diffs and models goes
/// through here on its way to a terminal or a page.
#[must_use]
pub fn visible(text: &str) -> Cow<'_, str> {
    if !text.chars().any(hides) {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len() + 16);
    for c in text.chars() {
        match c {
            '\n' => out.push_str("\\n"),
            '\t' => out.push_str("\\t"),
            '\r' => out.push_str("\\r"),
            c if hides(c) => {
                let _ = write!(out, "⟦U+{:04X}⟧", u32::from(c));
            }
            c => out.push(c),
        }
    }
    Cow::Owned(out)
}

/// The first `limit` characters of `text`, made visible, with `…` where something was cut.
#[must_use]
pub fn excerpt(text: &str, limit: usize) -> String {
    match text.char_indices().nth(limit) {
        None => visible(text).into_owned(),
        Some((cut, _)) => format!("{}…", visible(&text[..cut])),
    }
}

/// Whether a character could move a cursor, hide or reorder text.
#[must_use]
pub fn hides(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}'
            | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hostile_characters_become_visible_and_plain_text_is_untouched() {
        assert_eq!(visible("a\u{1b}[31mb\u{202e}c\n"), "a⟦U+001B⟧[31mb⟦U+202E⟧c\\n");
        assert!(matches!(visible("Größe 3 <b>"), Cow::Borrowed(_)));
        assert_eq!(excerpt("héllo", 2), "hé…");
        assert_eq!(excerpt("hé", 2), "hé");
    }
}

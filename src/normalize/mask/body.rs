//! JSON-like bodies: objects, arrays of several elements, nested and unbalanced ones.

/// Characters read per character of the text, at most, over all openings: unbalanced ones would else be read to the end each.
pub const READS_PER_BYTE: usize = 8;

/// How many bytes the body that begins with the opening bracket `text[0]` takes: up to its matching bracket, strings skipped.
/// `None` when it does not close within `limit` bytes, closes with the wrong bracket, or holds a single scalar (`[main]`, `[12]`).
pub fn length(text: &[u8], limit: usize) -> Option<usize> {
    let mut open = Vec::new();
    let mut quote = None;
    let mut several = text.first() == Some(&b'{');
    let mut at = 0;
    while at < text.len().min(limit) {
        let byte = text[at];
        match (quote, byte) {
            (Some(_), b'\\') => at += 1,
            (Some(mark), _) if byte == mark => quote = None,
            // An apostrophe inside a word is none.
            (None, b'"') => quote = Some(byte),
            (None, b'\'') if !text[at - 1].is_ascii_alphanumeric() => quote = Some(byte),
            (None, b'{' | b'[') => open.push(byte),
            (None, b'}' | b']') => {
                let matching = if byte == b'}' { b'{' } else { b'[' };
                if open.pop() != Some(matching) {
                    return None;
                }
                if open.is_empty() {
                    return several.then_some(at + 1);
                }
            }
            (None, b',') => several = true,
            (Some(_) | None, _) => {}
        }
        several |= quote.is_some() || open.len() > 1;
        at += 1;
    }
    None
}

#[cfg(test)]
mod tests {
    use super::length;

    #[test]
    fn a_body_ends_at_its_own_bracket() {
        let cases = [
            (r#"{"a": {"b": [1, 2]}} tail"#, Some(20)),
            (r#"{"a": "}"} tail"#, Some(10)),
            (r#"{"a": "\""}"#, Some(11)),
            ("[1, 2] x", Some(6)),
            ("[{}] x", Some(4)),
            ("[12] x", None),
            ("[1, 2", None),
            ("[1, 2}", None),
            ("{'a': 'don't'", None),
        ];
        for (text, expected) in cases {
            assert_eq!(length(text.as_bytes(), usize::MAX), expected, "{text}");
        }
        assert_eq!(length(b"[1, 2]", 5), None, "the limit");
    }
}

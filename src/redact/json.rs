//! Redaction of the texts in JSON, one by one, so that it stays JSON.

use super::outgoing;
use std::borrow::Cow;

/// `json` with its texts as [`outgoing`] has them. Keys stay, and so do the texts under `own`, which are the user's own.
#[must_use]
pub fn outgoing_json(json: &str, own: &str) -> String {
    let mut out = String::with_capacity(json.len());
    let (mut rest, mut key) = (json, "");
    while let Some(open) = rest.find('"') {
        let (before, text) = rest.split_at(open);
        let length = literal(text);
        let (text, after) = text.split_at(length);
        out.push_str(before);
        if after.starts_with(':') {
            key = text;
            out.push_str(text);
        } else if key.trim_matches('"') == own && !own.is_empty() {
            out.push_str(text);
        } else {
            out.push_str(&redacted_literal(text));
        }
        rest = after;
    }
    out + rest
}

/// Bytes of the string that `json` begins with, quotes included.
fn literal(json: &str) -> usize {
    let mut escaped = false;
    for (at, byte) in json.bytes().enumerate().skip(1) {
        match byte {
            _ if escaped => escaped = false,
            b'\\' => escaped = true,
            b'"' => return at + 1,
            _ => {}
        }
    }
    json.len()
}

fn redacted_literal(literal: &str) -> Cow<'_, str> {
    let Ok(text) = serde_json::from_str::<String>(literal) else { return Cow::Borrowed(literal) };
    match outgoing(&text) {
        Cow::Borrowed(_) => Cow::Borrowed(literal),
        Cow::Owned(redacted) => Cow::Owned(serde_json::Value::from(redacted).to_string()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_redacted_and_all_else_stays() {
        let json =
            r#"{"given":"ada@example.org","password":["x \"ada@example.org\"",4111111111111111],"n":{"a":"b\\"}}"#;
        let redacted = outgoing_json(json, "given");
        assert_eq!(redacted, json.replace(r#"x \"ada@example.org"#, r#"x \"<EMAIL:1>"#));
        assert!(!outgoing_json(json, "").contains("ada@"));
    }
}

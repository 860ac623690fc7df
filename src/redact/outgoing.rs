//! Redaction of what is shown to people: one text, all kinds, no configuration.

use super::{RedactionSpec, Redactor};
use std::borrow::Cow;
use std::sync::LazyLock;

/// What stands for a text that cannot be redacted.
const WITHHELD: &str = "<withheld>";

/// `text` as it may be printed, or written into a report: what it gives away is replaced by tokens, numbered in each text anew.
/// Where redaction fails nothing of it is shown.
#[must_use]
pub fn outgoing(text: &str) -> Cow<'_, str> {
    static REDACTOR: LazyLock<Option<Redactor>> = LazyLock::new(|| Redactor::new(&RedactionSpec::default()).ok());
    // No secret, address or number is shorter.
    if text.len() < SHORTEST {
        return Cow::Borrowed(text);
    }
    let unmasked = unmasked(text);
    if let (Some(unmasked), Some(redactor)) = (&unmasked, REDACTOR.as_ref()) {
        match redactor.session().redact(unmasked) {
            Ok(redacted) if redacted == *unmasked => {}
            Ok(redacted) => return Cow::Owned(redacted),
            Err(_) => return Cow::Borrowed(WITHHELD),
        }
    }
    match REDACTOR.as_ref().map(|redactor| redactor.session().redact(text)) {
        Some(Ok(redacted)) if redacted == text => Cow::Borrowed(text),
        Some(Ok(redacted)) => Cow::Owned(redacted),
        Some(Err(_)) | None => Cow::Borrowed(WITHHELD),
    }
}

const SHORTEST: usize = 6;

/// A mask cuts what it finds out of a secret too (`ghp_16C7<number>E<number>`), whose shape is then no longer known: the text with
/// placeholders in the midst of a word filled up; `None` where there is none.
fn unmasked(text: &str) -> Option<String> {
    let mut out = String::with_capacity(text.len());
    let (mut rest, mut filled) = (text, false);
    while let Some(open) = rest.find('<') {
        let name =
            rest[open + 1..].find(|c: char| !c.is_ascii_alphanumeric()).map(|length| &rest[open + 1..][..length]);
        let after = name.and_then(|name| rest[open + 1 + name.len()..].strip_prefix('>').filter(|_| !name.is_empty()));
        out.push_str(&rest[..open]);
        let Some(after) = after else {
            out.push('<');
            rest = &rest[open + 1..];
            continue;
        };
        let word = |c: Option<char>| c.is_some_and(|c| c.is_ascii_alphanumeric());
        if word(out.chars().next_back()) || word(after.chars().next()) {
            out.push_str("0000");
            filled = true;
        } else {
            out.push_str(&rest[open..rest.len() - after.len()]);
        }
        rest = after;
    }
    filled.then(|| out + rest)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_given_away_is_replaced_and_nothing_else() {
        for text in ["", "boom", "connection refused: payments-db:5432", "src/cart.py:12 total = 3"] {
            assert_eq!(outgoing(text), text);
        }
        let shown = outgoing("mail ada@example.org, password=hunter2hunter2");
        assert!(!shown.contains("ada@") && !shown.contains("hunter2"), "{shown}");
        assert_eq!(outgoing(&"a ".repeat(3 << 20)), WITHHELD);
    }

    #[test]
    fn what_a_mask_cut_into_is_still_known() {
        let shown = outgoing("rejected ghp_16C7e42F292c<number>E<number>c<number>Ae178B4a of <uuid>");
        assert!(!shown.contains("e42F292c") && shown.ends_with("of <uuid>"), "{shown}");
        for text in ["order <number> of user<number> failed", "block blk_<number> <ipv4>:<number>", "a < b > c <"] {
            assert_eq!(outgoing(text), text);
        }
    }
}

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
    match REDACTOR.as_ref().map(|redactor| redactor.session().redact(text)) {
        Some(Ok(redacted)) if redacted == text => Cow::Borrowed(text),
        Some(Ok(redacted)) => Cow::Owned(redacted),
        Some(Err(_)) | None => Cow::Borrowed(WITHHELD),
    }
}

const SHORTEST: usize = 6;

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
}

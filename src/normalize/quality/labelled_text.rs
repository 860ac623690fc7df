use crate::normalize::Text;

/// Characters of a message that are kept, as of a record's.
const MESSAGE_LIMIT: usize = 16 << 10;

/// A labelled text as a record would hold it: a single line is a message; several are a stack trace, the line that says what was
/// thrown its message, and the exception type what stands before that line's colon.
#[must_use]
pub fn labelled_text(text: &str) -> Text<'_> {
    if !text.trim_end().contains('\n') {
        return Text::of_message(cut(text));
    }
    let message = headline(text);
    Text { message: cut(message), exception_type: exception_type(message), stack_trace: text }
}

fn cut(text: &str) -> &str {
    text.char_indices().nth(MESSAGE_LIMIT).map_or(text, |(end, _)| &text[..end])
}

/// The first line that says something, or the last where the first only announces a trace (Python prints what was raised below
/// the frames).
fn headline(text: &str) -> &str {
    let first = text.lines().find(|line| !line.trim().is_empty()).unwrap_or_default();
    if !first.starts_with("Traceback (most recent call last)") {
        return first;
    }
    text.lines().rfind(|line| line.starts_with(|c: char| !c.is_whitespace())).unwrap_or(first)
}

/// `a.b.C` of `Exception in thread "main" a.b.C: why`; empty where no type stands there.
fn exception_type(headline: &str) -> &str {
    let before = headline.split(": ").next().unwrap_or_default().trim_end().trim_end_matches(':');
    let name = before.rsplit(' ').next().unwrap_or_default();
    let last = name.rsplit(['.', ':', '\\', '$']).next().unwrap_or_default();
    let is_name = name.chars().all(|c| c.is_alphanumeric() || "._:\\$".contains(c));
    if is_name && last.starts_with(char::is_uppercase) { name } else { "" }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_messages_and_traces_are_taken_apart() {
        let rows = [
            ("disk full: x", "disk full: x", ""),
            ("a.b.C: why\n\tat x.Y.z(Y.java:1)", "a.b.C: why", "a.b.C"),
            ("\na.b.C\n\tat x", "a.b.C", "a.b.C"),
            (
                "Exception in thread \"main\" a.b.C$D: e: f\n\tat x",
                "Exception in thread \"main\" a.b.C$D: e: f",
                "a.b.C$D",
            ),
            (
                "Traceback (most recent call last):\n  File \"a.py\", line 1, in f\nKeyError: 'k'\n",
                "KeyError: 'k'",
                "KeyError",
            ),
            ("Traceback (most recent call last):\n", "Traceback (most recent call last):\n", ""),
            ("the disk failed: x\n  at y", "the disk failed: x", ""),
            ("expected:<1> but\n  at y", "expected:<1> but", ""),
            ("", "", ""),
        ];
        for (text, message, exception_type) in rows {
            let got = labelled_text(text);
            assert_eq!((got.message, got.exception_type), (message, exception_type), "{text:?}");
            assert_eq!(got.stack_trace.is_empty(), !text.trim_end().contains('\n'));
        }
        assert_eq!(labelled_text(&"é".repeat(1 << 20)).message.len(), 2 * MESSAGE_LIMIT);
    }
}

//! Small cuts that the parsers share. All of them are linear in the text and cut at character boundaries only.

/// The first `count` lines, each without its line end; lines longer than `bytes` are dropped (a cut line would be half-read).
pub(super) fn capped(text: &str, count: usize, bytes: usize) -> Vec<&str> {
    text.lines().take(count).filter(|line| line.len() <= bytes).collect()
}

/// `head` and the number after its last `:`, as in `app.rb:12`.
pub(super) fn split_line_number(text: &str) -> Option<(&str, u32)> {
    let (head, digits) = text.rsplit_once(':')?;
    Some((head, number(digits)?))
}

/// A whole decimal number that fits a line number; nothing else, no sign.
pub(super) fn number(text: &str) -> Option<u32> {
    if text.is_empty() || !text.bytes().all(|b| b.is_ascii_digit()) { None } else { text.parse().ok() }
}

/// The number that `text` starts with, and what follows it.
pub(super) fn leading_number(text: &str) -> Option<(u32, &str)> {
    let end = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
    Some((number(&text[..end])?, &text[end..]))
}

/// `Some(text)` unless it is empty.
pub(super) fn some(text: &str) -> Option<String> {
    if text.is_empty() { None } else { Some(text.to_owned()) }
}

/// Whether `file` has exactly this extension: runtimes print it as it was compiled.
pub(super) fn has_extension(file: &str, extension: &str) -> bool {
    file.rsplit_once('.').is_some_and(|(_, found)| found == extension)
}

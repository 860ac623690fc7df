//! Hashes of their content in the names of bundled files.

/// The path without the hashes in its file's name; `<hash>` where the name is nothing else.
pub(super) fn without_hash(path: &str) -> String {
    let (folders, file) = path.rsplit_once('/').map_or(("", path), |(folders, file)| (folders, file));
    let Some((stem, extension)) = file.rsplit_once('.') else { return path.to_owned() };
    let mut name = String::new();
    let mut rest = stem;
    while !rest.is_empty() {
        let separator = rest.char_indices().skip(1).find(|(_, c)| matches!(c, '.' | '-'));
        let end = separator.map_or(rest.len(), |(at, _)| at);
        let (part, next) = rest.split_at(end);
        let bare = part.trim_start_matches(['.', '-']);
        if name.is_empty() && is_digest(bare) {
            name.push_str("<hash>");
        } else if name.is_empty() || !is_hash(bare) {
            name.push_str(part);
        }
        rest = next;
    }
    let folders = if folders.is_empty() { String::new() } else { format!("{folders}/") };
    format!("{folders}{name}.{extension}")
}

/// At least 16 lower-case hexadecimal digits.
fn is_digest(text: &str) -> bool {
    text.len() >= 16 && text.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'))
}

/// Hexadecimal or upper-case with a digit, at least 6; or 8 of base64url with a digit and both cases.
fn is_hash(text: &str) -> bool {
    let all = |of: fn(u8) -> bool| text.bytes().all(of);
    let any = |of: fn(&u8) -> bool| text.as_bytes().iter().any(of);
    if text.len() < 6 || !any(u8::is_ascii_digit) {
        return false;
    }
    all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'))
        || all(|b| b.is_ascii_digit() || b.is_ascii_uppercase())
        || text.len() == 8
            && all(|b| b.is_ascii_alphanumeric() || b == b'_')
            && any(u8::is_ascii_uppercase)
            && any(u8::is_ascii_lowercase)
}

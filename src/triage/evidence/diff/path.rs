//! Paths as diff headers write them: prefixed, quoted, with time stamps behind.

/// Both paths of `diff --git a/X b/Y`, `diff --cc X`, `Index: X`.
pub(super) fn header_paths(line: &str) -> (Option<String>, Option<String>) {
    if let Some(path) = line.strip_prefix("diff --cc ").or_else(|| line.strip_prefix("Index: ")) {
        let path = Some(unquote(path));
        return (path.clone(), path);
    }
    let rest = line.strip_prefix("diff --git ").unwrap_or(line);
    let (old, new) = halves(rest);
    (Some(without_prefix(&unquote(old))), Some(without_prefix(&unquote(new))))
}

/// Paths may hold blanks, so the middle is where both halves name the same file; renames correct it in later lines.
fn halves(text: &str) -> (&str, &str) {
    let middle = text.len() / 2;
    if text.len() % 2 == 1 && text.as_bytes().get(middle) == Some(&b' ') {
        let (old, new) = (&text[..middle], &text[middle + 1..]);
        if after_slash(old) == after_slash(new) {
            return (old, new);
        }
    }
    text.split_once(" b/").map_or_else(
        || text.split_once(' ').unwrap_or((text, text)),
        |(old, new)| (old, &text[text.len() - new.len() - 2..]),
    )
}

fn after_slash(path: &str) -> &str {
    path.split_once('/').map_or(path, |(_, rest)| rest)
}

/// The path of a `---` or `+++` line; `None`: the file does not exist on that side.
pub(super) fn marker_path(text: &str) -> Option<String> {
    let text = if text.starts_with('"') { text } else { text.split('\t').next().unwrap_or(text) };
    let path = unquote(text.trim_end());
    if path == "/dev/null" { None } else { Some(without_prefix(&path)) }
}

/// Without git's prefix of a side: `a/`, `b/`, or the mnemonic `i/`, `w/`, `c/`, `o/`.
fn without_prefix(path: &str) -> String {
    let bytes = path.as_bytes();
    let prefixed = bytes.len() > 2 && bytes[1] == b'/' && b"abiwco".contains(&bytes[0]);
    if prefixed { path[2..].to_owned() } else { path.to_owned() }
}

/// Undoes git's C-style quoting (`"a/\303\244.txt"`); anything else is returned as it is.
pub(super) fn unquote(text: &str) -> String {
    let Some(inner) = text.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')) else { return text.to_owned() };
    let mut bytes = Vec::with_capacity(inner.len());
    let mut rest = inner.as_bytes();
    while let Some((&byte, tail)) = rest.split_first() {
        if byte != b'\\' {
            bytes.push(byte);
            rest = tail;
            continue;
        }
        let (value, used) = escape(tail);
        bytes.push(value);
        rest = &tail[used..];
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

/// The byte an escape stands for, and how many bytes follow its backslash.
fn escape(tail: &[u8]) -> (u8, usize) {
    match tail {
        [a @ b'0'..=b'3', b @ b'0'..=b'7', c @ b'0'..=b'7', ..] => {
            (((a - b'0') << 6) | ((b - b'0') << 3) | (c - b'0'), 3)
        }
        [b'n', ..] => (b'\n', 1),
        [b't', ..] => (b'\t', 1),
        [b'r', ..] => (b'\r', 1),
        [other, ..] => (*other, 1),
        [] => (b'\\', 0),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headers_name_their_files() {
        for (line, old, new) in [
            ("diff --git a/src/x.rs b/src/x.rs", "src/x.rs", "src/x.rs"),
            ("diff --git a/a b c.txt b/a b c.txt", "a b c.txt", "a b c.txt"),
            ("diff --git a/old.rs b/new/name.rs", "old.rs", "new/name.rs"),
            ("diff --git \"a/\\303\\244.txt\" \"b/\\303\\244.txt\"", "ä.txt", "ä.txt"),
            ("diff --git i/x w/x", "x", "x"),
            ("diff --cc src/x.rs", "src/x.rs", "src/x.rs"),
            ("Index: trunk/x.c", "trunk/x.c", "trunk/x.c"),
        ] {
            assert_eq!(header_paths(line), (Some(old.to_owned()), Some(new.to_owned())), "{line}");
        }
    }

    #[test]
    fn markers_name_their_file() {
        for (text, path) in [
            ("a/src/x.rs", Some("src/x.rs")),
            ("/dev/null", None),
            ("b/x.c\t2026-01-01 00:00:00", Some("x.c")),
            ("src/x.c", Some("src/x.c")),
            ("\"b/a\\tb\\\"c\\\\\"", Some("a\tb\"c\\")),
            ("\"b/x\\", Some("\"b/x\\")),
        ] {
            assert_eq!(marker_path(text).as_deref(), path, "{text}");
        }
    }
}

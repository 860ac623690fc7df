//! The line that names an exception: `java.lang.IllegalStateException: no cart`.

/// What runtimes print before the type.
const PREFIXES: [&str; 12] = [
    "PHP Fatal error:  ",
    "PHP Warning:  ",
    "Fatal error: ",
    "Unhandled exception. ",
    "Unhandled Exception: ",
    "Unhandled exception: ",
    "Uncaught (in promise) ",
    "Uncaught ",
    "Caused by: ",
    "Suppressed: ",
    "Wrapped by: ",
    "Next ",
];

/// Ends of a type's name that say that it is one.
const ENDS: [&str; 9] =
    ["Error", "Exception", "Throwable", "Failure", "Warning", "Exit", "Interrupt", "Fault", "Timeout"];

/// Type and message of a line that names an exception: a name, then the end or a colon and the message. The name must be
/// qualified (`a.B`, `A::B`, `A\B`) or end like an exception's.
pub(super) fn read(line: &str) -> Option<(String, String)> {
    let line = without_prefix(line.trim());
    let (name, message) = match line.split_once(": ") {
        Some((name, message)) => (name, message.trim()),
        None => (line.trim_end_matches(':'), ""),
    };
    // .NET and V8 print a code: `SocketException (10061): …`, `Error [ERR_X]: …`.
    let name = name.split([' ', '[', '(']).next().filter(|first| first.len() == name.len() || coded(name))?;
    is_exception(name).then(|| (name.to_owned(), message.to_owned()))
}

/// As [`read`], but any single word will do: the line stands where only an exception can.
pub(super) fn read_marked(line: &str) -> (String, String) {
    read(line).unwrap_or_else(|| {
        let line = without_prefix(line.trim());
        match line.split_once(": ") {
            Some((name, message)) if is_name(name) => (name.to_owned(), message.trim().to_owned()),
            None if is_name(line) => (line.to_owned(), String::new()),
            _ => (String::new(), line.to_owned()),
        }
    })
}

fn without_prefix(mut line: &str) -> &str {
    if let Some((_, rest)) = line.strip_prefix("Exception in thread \"").and_then(|rest| rest.split_once("\" ")) {
        line = rest;
    }
    for prefix in PREFIXES {
        line = line.strip_prefix(prefix).unwrap_or(line);
    }
    // PHP in its CLI says the fatal error's name twice.
    line.strip_prefix("Uncaught ").unwrap_or(line)
}

/// `Name (10061)` or `Name [CODE]`.
fn coded(name: &str) -> bool {
    name.split_once(' ').is_some_and(|(_, code)| {
        (code.starts_with('(') && code.ends_with(')') || code.starts_with('[') && code.ends_with(']'))
            && !code.contains(' ')
    })
}

fn is_name(name: &str) -> bool {
    name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
        && name.chars().all(|c| c.is_alphanumeric() || "._$\\:/@".contains(c))
        && !name.ends_with(['.', ':', '/', '\\'])
}

fn is_exception(name: &str) -> bool {
    if !is_name(name) || name.contains('/') || name.contains("://") {
        return false;
    }
    let last = name.rsplit(['.', ':', '\\', '$']).next().unwrap_or(name);
    let qualified = last.len() < name.len();
    ends_like_one(last) || qualified && last.starts_with(|c: char| c.is_ascii_uppercase())
}

fn ends_like_one(name: &str) -> bool {
    ENDS.iter().any(|end| name.ends_with(end))
}

/// The exception that the lines before a trace's first frame name, with the lines after it as the rest of its message; else no
/// type, and the first line that is not blank as the message.
pub(super) fn of_lines(lines: &[&str]) -> (String, String) {
    let heads = || {
        let flush = lines.iter().enumerate().filter(|(_, line)| !line.starts_with([' ', '\t']));
        flush.filter_map(|(at, line)| read(line).map(|head| (at, head)))
    };
    // A logger's name before its message looks like a type.
    let found = heads().find(|(_, (name, _))| ends_like_one(name)).or_else(|| heads().next());
    let Some((at, head)) = found else {
        let first = lines.iter().map(|line| line.trim()).find(|line| !line.is_empty());
        return (String::new(), first.unwrap_or_default().to_owned());
    };
    let mut block = super::block::Block::new(super::Role::Thrown, None).with_head(head);
    for line in &lines[at + 1..] {
        block.say(line.trim_end());
    }
    (block.exception_type, block.message)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn exceptions_are_told_from_other_lines() {
        for (line, expected) in [
            ("java.lang.NullPointerException", Some(("java.lang.NullPointerException", ""))),
            ("java.io.IOException: a: b", Some(("java.io.IOException", "a: b"))),
            ("Exception in thread \"main\" a.B: x", Some(("a.B", "x"))),
            ("Exception in thread \"pool 1\" OutOfMemoryError", Some(("OutOfMemoryError", ""))),
            ("KeyError: 'a'", Some(("KeyError", "'a'"))),
            ("junit.framework.AssertionFailedError: ", Some(("junit.framework.AssertionFailedError", ""))),
            ("PHP Fatal error:  Uncaught Shop\\CartError: x in /a.php:1", Some(("Shop\\CartError", "x in /a.php:1"))),
            (
                "System.Net.Sockets.SocketException (10061): refused",
                Some(("System.Net.Sockets.SocketException", "refused")),
            ),
            ("TypeError [ERR_X]: no", Some(("TypeError", "no"))),
            ("ActiveRecord::RecordNotFound: x", Some(("ActiveRecord::RecordNotFound", "x"))),
            ("Unhandled exception. System.Exception: x", Some(("System.Exception", "x"))),
            ("request failed: timeout", None),
            ("2026-05-04 12:00:00 ERROR o.s.Cart - failed", None),
            ("http://shop.example: down", None),
            ("see Cart.java", None),
            ("Error while closing: x", None),
            ("", None),
        ] {
            let expected = expected.map(|(a, b)| (a.to_owned(), b.to_owned()));
            assert_eq!(read(line), expected, "{line}");
        }
    }

    #[test]
    fn a_message_of_several_lines_follows_its_exception() {
        let lines = ["org.shop.Cart: failed", "a.Error: expected", "  1", "but was 2"];
        assert_eq!(of_lines(&lines), ("a.Error".to_owned(), "expected\n  1\nbut was 2".to_owned()));
        assert_eq!(of_lines(&["", "failed here"]), (String::new(), "failed here".to_owned()));
        assert_eq!(of_lines(&[]), (String::new(), String::new()));
    }
}

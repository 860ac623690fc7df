//! Words of messages and of code, cut the same way so that they can be compared.

/// Longest word that is compared; longer runs are data (hashes, base64), not names.
const MAX_WORD: usize = 64;

/// Words that any error message or any code may hold.
#[rustfmt::skip]
const STOP: &[&str] = &[
    "abstract", "after", "also", "another", "apache", "argument", "arguments", "array", "assert", "async", "await", "been", "before", "bool",
    "boolean", "break", "byte", "call", "called", "cannot", "case", "cast", "catch", "caused", "char", "class", "code", "const", "continue",
    "could", "data", "debug", "default", "does", "double", "else", "empty", "enum", "error", "errors", "exception", "expected", "export", "extends",
    "fail", "failed", "failure", "fatal", "false", "file", "final", "finally", "float", "found", "from", "func", "function", "given", "goto",
    "have", "implements", "import", "index", "info", "instance", "instanceof", "into", "invalid", "java", "javax", "lang", "length", "line",
    "list", "long", "main", "message", "method", "missing", "must", "name", "native", "null", "none", "number", "object", "only", "operation",
    "package", "private", "protected", "public", "raise", "reason", "received", "require", "required", "requires", "result", "return",
    "returned", "self", "server", "should", "size", "static", "status", "string", "struct", "super", "switch", "that", "their", "them", "then",
    "there", "this", "throw", "throws", "time", "traceback", "true", "type", "undefined", "unable", "unexpected", "unknown", "update", "used",
    "util", "utils", "value", "values", "void", "warn", "warning", "what", "when", "where", "which", "while", "will", "with", "without", "would",
    "your",
];

/// Exceptions that any code throws: their names single nothing out.
#[rustfmt::skip]
const COMMON_EXCEPTIONS: &[&str] = &[
    "nullpointerexception", "illegalargumentexception", "illegalstateexception", "runtimeexception", "indexoutofboundsexception",
    "arrayindexoutofboundsexception", "stringindexoutofboundsexception", "classcastexception", "unsupportedoperationexception",
    "numberformatexception", "ioexception", "stackoverflowerror", "outofmemoryerror", "assertionerror", "assertionfailederror",
    "concurrentmodificationexception", "nosuchelementexception", "arithmeticexception", "valueerror", "typeerror", "keyerror", "indexerror",
    "attributeerror", "nameerror", "importerror", "modulenotfounderror", "zerodivisionerror", "oserror", "runtimeerror", "notimplementederror",
    "recursionerror", "unboundlocalerror", "filenotfounderror", "rangeerror", "referenceerror", "syntaxerror", "nomethoderror", "argumenterror",
    "standarderror", "nullreferenceexception", "argumentexception", "argumentnullexception", "invalidoperationexception", "invalidcastexception",
    "keynotfoundexception", "formatexception", "aggregateexception", "timeoutexception", "timeouterror", "connectionerror",
];

/// Identifiers of `text` in order, of 3 to 64 bytes. Of a dotted name such as `org.shop.CartException` only the last part is taken: the rest
/// is where it lives, which the whole code base shares.
pub(super) fn identifiers(text: &str) -> impl Iterator<Item = &str> {
    text.split(|c: char| !(c.is_alphanumeric() || matches!(c, '_' | '$' | '.')))
        .filter_map(|dotted| {
            let dotted = dotted.trim_matches('.');
            if dotted.matches('.').count() >= 2 {
                dotted.rsplit('.').next().map(|last| (last, ""))
            } else {
                dotted.split_once('.').or(Some((dotted, "")))
            }
        })
        .flat_map(|(first, second)| [first, second])
        .filter(|word| (3..=MAX_WORD).contains(&word.len()) && !word.starts_with(|c: char| c.is_ascii_digit()))
}

/// Whether an identifier is so particular that sharing it means something: `setComparator`, `max_retries`, `Utf8Reader`.
pub(super) fn is_specific(word: &str) -> bool {
    let lower = word.to_lowercase();
    if word.len() < 5 || STOP.contains(&lower.as_str()) || COMMON_EXCEPTIONS.contains(&lower.as_str()) {
        return false;
    }
    let bytes = word.as_bytes();
    let hump = bytes.windows(2).any(|pair| pair[0].is_ascii_lowercase() && pair[1].is_ascii_uppercase());
    let acronym = bytes
        .windows(3)
        .any(|three| three[0].is_ascii_uppercase() && three[1].is_ascii_uppercase() && three[2].is_ascii_lowercase());
    let snake = word.trim_matches(['_', '$']).contains('_');
    hump || acronym || snake
}

/// The lower-case words inside an identifier (`setComparator`: `set`, `comparator`) of four letters and more, without stop words.
pub(super) fn parts(identifier: &str) -> Vec<String> {
    if COMMON_EXCEPTIONS.contains(&identifier.to_lowercase().as_str()) {
        return Vec::new();
    }
    let mut words = Vec::new();
    let mut word = String::new();
    let mut previous_lower = false;
    for c in identifier.chars() {
        let starts = c.is_uppercase() && previous_lower;
        if (!c.is_alphabetic() || starts) && !word.is_empty() {
            words.push(std::mem::take(&mut word));
        }
        if c.is_alphabetic() {
            word.extend(c.to_lowercase());
        }
        previous_lower = c.is_lowercase();
    }
    words.push(word);
    words.retain(|word| word.chars().count() >= 4 && !STOP.contains(&word.as_str()));
    words.iter().map(|word| stem(word).to_owned()).collect()
}

/// A word without its inflection, so that `escaping` and `isEscaped` meet: a crude cut of the commonest endings of English that leaves
/// at least four letters.
fn stem(word: &str) -> &str {
    let cut = ["ings", "ing", "ers", "ed", "es", "er", "s", "e"].iter().find_map(|end| word.strip_suffix(end));
    cut.filter(|stem| stem.chars().count() >= 4).unwrap_or(word)
}

/// Texts between quotes in a line of code, each without its placeholders, in pieces long enough (12 characters, two words) to be known
/// again in a message; lower-case, blanks collapsed.
pub(super) fn literals(line: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut rest = line;
    while let Some(open) = rest.find(['"', '\'', '`']) {
        let quote = rest.as_bytes()[open];
        let inside = &rest[open + 1..];
        let Some(close) = inside.bytes().position(|byte| byte == quote) else { break };
        found.extend(pieces(&inside[..close]));
        rest = &inside[close + 1..];
    }
    found
}

fn pieces(literal: &str) -> impl Iterator<Item = String> {
    literal
        .split(['{', '}', '%', '$', '<', '>', '\\'])
        .map(normal)
        .filter(|piece| piece.chars().count() >= 12 && piece.contains(' '))
}

/// Lower-case with single blanks, as literals and messages are compared.
pub(super) fn normal(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ").to_lowercase()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_cut_alike_in_messages_and_code() {
        for (text, expected) in [
            ("You must invoke setComparator() to set", vec!["You", "must", "invoke", "setComparator", "set"]),
            ("org.shop.CartException: item.price", vec!["CartException", "item", "price"]),
            ("blk_-123 10.251.1.1:50010 ab", vec!["blk_"]),
        ] {
            assert_eq!(identifiers(text).collect::<Vec<_>>(), expected, "{text}");
        }
    }

    #[test]
    fn only_particular_names_are_specific() {
        for (word, specific) in [
            ("setComparator", true),
            ("max_retries", true),
            ("JXPathException", true),
            ("CSVFormat", true),
            ("NullPointerException", false),
            ("instanceOf", false),
            ("comparator", false),
            ("_name", false),
        ] {
            assert_eq!(is_specific(word), specific, "{word}");
        }
    }

    #[test]
    fn parts_and_literals() {
        assert_eq!(parts("setComparatorFor_itemList2"), ["comparator", "item"]);
        assert!(parts("NullPointerException").is_empty());
        assert_eq!(
            literals("throw new X(\"Text too  long for {} line number\" + 'a' + \"short\");"),
            ["text too long for"]
        );
        assert!(literals("it's a comment").is_empty());
    }
}

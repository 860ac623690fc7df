//! Patterns of paths: `*` any characters of one part, `?` one of them, `**` as a part any number of parts.

/// Most bytes of a pattern.
const MAX_BYTES: usize = 200;
/// Longest path that is compared; a longer one matches nothing.
const MAX_PATH: usize = 4096;

/// A pattern that a whole path matches or does not, case and all.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Glob {
    parts: Vec<String>,
}

impl Glob {
    /// # Errors
    /// When it is empty, longer than 200 bytes, begins with `/`, has an empty part, `**` as a piece of a part, or a character that
    /// other tools read as a pattern and this one does not.
    pub fn parse(text: &str) -> Result<Self, String> {
        if text.len() > MAX_BYTES {
            return Err(format!("is {} bytes long: {MAX_BYTES} at most", text.len()));
        }
        if let Some(unknown) = text.chars().find(|c| matches!(c, '[' | ']' | '{' | '}' | '\\') || c.is_control()) {
            return Err(format!("has {unknown:?}: only *, ** and ? are patterns, and / stands between parts"));
        }
        if text.starts_with('!') {
            return Err("begins with !: a rule cannot except; put one that matches first before it".to_owned());
        }
        let parts: Vec<String> = text.split('/').map(str::to_owned).collect();
        if parts.iter().any(String::is_empty) {
            return Err("has an empty part: write it from the repository's root, as in scripts/**".to_owned());
        }
        if parts.iter().any(|part| part.contains("**") && part != "**") {
            return Err("has ** beside other characters of a part: it stands for whole parts, as in a/**/b".to_owned());
        }
        Ok(Self { parts })
    }

    /// Whether the whole of `path` (`/` between parts, no leading one) matches. The work is at most the pattern's length times the
    /// path's.
    #[must_use]
    pub fn matches(&self, path: &str) -> bool {
        if path.len() > MAX_PATH {
            return false;
        }
        let path: Vec<&str> = path.split('/').collect();
        let whole = |part: &String| part == "**";
        wild(&self.parts, &path, whole, |pattern, part| {
            let (pattern, part): (Vec<char>, Vec<char>) = (pattern.chars().collect(), part.chars().collect());
            wild(&pattern, &part, |c| *c == '*', |pattern, c| *pattern == '?' || pattern == c)
        })
    }
}

/// Whether `items` match `pattern`, in which what `is_any` stands for any number of items. Only the last such piece is ever taken up
/// again, since an earlier one can gain nothing: no item is compared with one piece of the pattern twice.
fn wild<P, T>(pattern: &[P], items: &[T], is_any: impl Fn(&P) -> bool, is_same: impl Fn(&P, &T) -> bool) -> bool {
    let (mut at, mut item) = (0, 0);
    let mut again: Option<(usize, usize)> = None;
    while item < items.len() {
        match pattern.get(at) {
            Some(piece) if is_any(piece) => {
                again = Some((at, item));
                at += 1;
            }
            Some(piece) if is_same(piece, &items[item]) => (at, item) = (at + 1, item + 1),
            _ => {
                let Some((any, from)) = again else { return false };
                again = Some((any, from + 1));
                (at, item) = (any + 1, from + 1);
            }
        }
    }
    pattern[at..].iter().all(is_any)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn patterns_match_whole_paths() {
        for (pattern, path, matches) in [
            ("scripts/**", "scripts/a.sh", true),
            ("scripts/**", "scripts/a/b.sh", true),
            ("scripts/**", "web/scripts/a.sh", false),
            ("**/scripts/**", "web/scripts/a.sh", true),
            ("**/scripts/**", "scripts/a.sh", true),
            ("*.sh", "a.sh", true),
            ("*.sh", "b/a.sh", false),
            ("**/*.sh", "a.sh", true),
            ("**", "a/b/c", true),
            ("a/*/c", "a/b/c", true),
            ("a/*/c", "a/b/b/c", false),
            ("a/**/c", "a/b/b/c", true),
            ("a/**/b/**/c", "a/x/b/b/y/c", true),
            ("?.rs", "é.rs", true),
            ("?.rs", "ab.rs", false),
            ("*a*b", "xaxxb", true),
            ("Makefile", "makefile", false),
        ] {
            assert_eq!(Glob::parse(pattern).unwrap().matches(path), matches, "{pattern} {path}");
        }
    }

    #[test]
    fn patterns_that_mean_something_else_elsewhere_are_refused() {
        for text in ["", "/a", "a/", "a//b", "a**", "**b/c", "[ab].rs", "{a,b}", "!a", "a\\b", "a\nb", &"a".repeat(201)]
        {
            assert!(Glob::parse(text).is_err(), "{text}");
        }
    }

    /// By its definition, in time that may explode.
    fn slow(pattern: &[char], text: &[char]) -> bool {
        match (pattern.first(), text.first()) {
            (None, None) => true,
            (Some('*'), _) => slow(&pattern[1..], text) || (!text.is_empty() && slow(pattern, &text[1..])),
            (Some(p), Some(t)) => (*p == '?' || p == t) && slow(&pattern[1..], &text[1..]),
            _ => false,
        }
    }

    proptest! {
        #[test]
        fn one_part_matches_as_it_is_defined(pattern in "[ab*?]{1,8}", text in "[ab]{1,8}") {
            prop_assume!(!pattern.contains("**"));
            let chars = |text: &str| text.chars().collect::<Vec<_>>();
            prop_assert_eq!(Glob::parse(&pattern).unwrap().matches(&text), slow(&chars(&pattern), &chars(&text)));
        }
    }

    #[test]
    fn hostile_paths_take_no_time() {
        let glob = Glob::parse("**/*a*a*a*a*a*a*a*b").unwrap();
        for path in ["a".repeat(4000), "a/".repeat(2000), "a".repeat(10_000_000)] {
            assert!(!glob.matches(&path));
        }
    }
}

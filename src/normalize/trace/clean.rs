//! Frames' names without what changes from build to build or machine to machine: numbers that compilers count up, hashes of
//! bundles, versions and places of installed packages.

use super::cleanings::CLEANINGS;
use super::{Frame, Language};
use regex::Regex;
use std::borrow::Cow;

/// What of a frame a row of the table is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    Module,
    Function,
    /// With `/` between parts.
    File,
}

/// How a row changes a name.
#[derive(Clone, Copy)]
pub enum Edit {
    /// Pattern and replacement of the `regex` crate.
    Replace(&'static str, &'static str),
    Code(fn(&str) -> String),
}

/// A row of the table.
pub struct Cleaning {
    pub name: &'static str,
    /// Empty: every language.
    pub languages: &'static [Language],
    pub part: Part,
    /// A name without this text is left as it is, and costs nothing.
    pub needle: &'static str,
    pub edit: Edit,
    pub why: &'static str,
    /// Before and after.
    pub must: &'static [(&'static str, &'static str)],
    /// Left as they are.
    pub must_not: &'static [&'static str],
}

/// Most times that one row is applied to a name: generics nest.
const MAX_ROUNDS: usize = 4;
/// Bytes of a name beyond which it is cut.
const MAX_NAME: usize = 400;

/// What a frame is called, cleaned; each part may be empty.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Name {
    pub module: String,
    pub function: String,
    pub file: String,
}

/// The table, ready to work.
pub struct Cleaner {
    rows: Vec<(&'static Cleaning, Option<Regex>)>,
}

impl Cleaner {
    /// # Errors
    /// When a pattern of the table is none, which the tests rule out.
    pub fn new() -> Result<Self, String> {
        let row = |row: &'static Cleaning| match row.edit {
            Edit::Replace(pattern, _) => Regex::new(pattern).map(|regex| (row, Some(regex))).map_err(|e| e.to_string()),
            Edit::Code(_) => Ok((row, None)),
        };
        Ok(Self { rows: CLEANINGS.iter().map(row).collect::<Result<_, _>>()? })
    }

    /// The frame's cleaned name.
    #[must_use]
    pub fn name(&self, frame: &Frame) -> Name {
        let part = |part, text: &Option<String>| {
            let text = text.as_deref().unwrap_or_default();
            self.clean(part, frame.language, cut(text)).into_owned()
        };
        let file = frame.file.as_ref().map(|file| file.replace('\\', "/"));
        let name = Name {
            module: part(Part::Module, &frame.module),
            function: part(Part::Function, &frame.function),
            file: place(&part(Part::File, &file)),
        };
        if frame.language == Language::Jvm { coroutine(name) } else { name }
    }

    fn clean<'a>(&self, part: Part, language: Language, text: &'a str) -> Cow<'a, str> {
        let mut text = Cow::Borrowed(text);
        let mut rows = self.rows.iter();
        let fits = |row: &Cleaning| row.part == part && (row.languages.is_empty() || row.languages.contains(&language));
        while let Some((row, regex)) = rows.find(|(row, _)| fits(row)) {
            for _ in 0..MAX_ROUNDS {
                if !text.contains(row.needle) {
                    break;
                }
                let cleaned = match (row.edit, regex) {
                    (Edit::Replace(_, with), Some(regex)) => regex.replace_all(&text, with).into_owned(),
                    (Edit::Code(code), _) => code(&text),
                    (Edit::Replace(..), None) => break,
                };
                if cleaned == text {
                    break;
                }
                text = Cow::Owned(cleaned);
            }
        }
        text
    }
}

/// The first 400 bytes, cut between characters.
fn cut(text: &str) -> &str {
    let end = (0..=MAX_NAME.min(text.len())).rev().find(|at| text.is_char_boundary(*at));
    &text[..end.unwrap_or(0)]
}

/// Of an absolute path the last two parts: where a program is installed differs between machines.
fn place(path: &str) -> String {
    let absolute = path.starts_with('/') || path.get(1..3) == Some(":/");
    let path = path.trim_start_matches("./");
    let start = if absolute { path.rmatch_indices('/').nth(1).map_or(0, |(at, _)| at + 1) } else { 0 };
    path[start..].trim_start_matches('/').to_owned()
}

/// Kotlin's coroutines go on in a class that is named for the function: `Cart$run.invokeSuspend` is `Cart.run`.
fn coroutine(name: Name) -> Name {
    match name.module.rsplit_once('$') {
        Some((module, function)) if name.function == "invokeSuspend" => {
            Name { module: module.to_owned(), function: function.to_owned(), ..name }
        }
        _ => name,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn frame(language: Language, file: &str, module: &str, function: &str) -> Frame {
        let some = |text: &str| (!text.is_empty()).then(|| text.to_owned());
        Frame { file: some(file), module: some(module), function: some(function), line: Some(7), language }
    }

    /// A row's own language, else one that every row of all languages is about.
    fn language(row: &Cleaning) -> Language {
        row.languages.first().copied().unwrap_or(Language::Python)
    }

    #[test]
    fn the_table_holds() {
        let cleaner = Cleaner::new().unwrap();
        for row in &CLEANINGS {
            let clean = |text: &str| cleaner.clean(row.part, language(row), text).into_owned();
            assert!(!row.must.is_empty() && !row.must_not.is_empty() && !row.why.is_empty(), "{}", row.name);
            for (before, after) in row.must {
                assert_eq!(&clean(before), after, "{}: {before}", row.name);
                assert_eq!(&clean(after), after, "{}: cleaned is clean", row.name);
            }
            for text in row.must_not {
                assert_eq!(&clean(text), text, "{}", row.name);
            }
        }
    }

    #[test]
    fn rows_have_names_of_their_own() {
        let mut names: Vec<_> = CLEANINGS.iter().map(|row| row.name).collect();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), CLEANINGS.len());
    }

    #[test]
    fn whole_frames_are_cleaned() {
        let cleaner = Cleaner::new().unwrap();
        for (frame, module, function, file) in [
            (frame(Language::Jvm, "Cart.kt", "shop.CartKt$run$1", "invokeSuspend"), "shop.CartKt", "run", "Cart.kt"),
            (frame(Language::Jvm, "", "shop.Cart$1", "lambda$run$0"), "shop.Cart", "run", ""),
            (frame(Language::Python, "/srv/app/shop/cart.py", "", "<lambda>"), "", "<lambda>", "shop/cart.py"),
            (
                frame(Language::DotNet, "C:\\src\\Shop\\Cart.cs", "Shop.Cart`1", "Total"),
                "Shop.Cart",
                "Total",
                "Shop/Cart.cs",
            ),
            (frame(Language::Rust, "./src/cart.rs", "shop::cart", "total"), "shop::cart", "total", "src/cart.rs"),
            (frame(Language::JavaScript, "cart.js", "Object", "f"), "", "f", "cart.js"),
        ] {
            let expected = Name { module: module.to_owned(), function: function.to_owned(), file: file.to_owned() };
            assert_eq!(cleaner.name(&frame), expected);
        }
    }

    proptest! {
        #[test]
        fn any_name_is_survived(text in "\\PC{0,80}|[a-z$<>{}#0-9/.@_-]{0,600}") {
            let cleaner = Cleaner::new().unwrap();
            for language in Language::ALL {
                let name = cleaner.name(&frame(language, &text, &text, &text));
                prop_assert!(name.function.len() <= MAX_NAME + 8);
                prop_assert_eq!(&name, &cleaner.name(&frame(language, &text, &text, &text)));
            }
        }
    }
}

use super::lines;
use std::fmt;

/// The runtime that printed a trace.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Language {
    Python,
    Jvm,
    Rust,
    Go,
    DotNet,
    Php,
    Ruby,
    JavaScript,
}

impl Language {
    /// Most distinctive printer first: ties between parsers fall to the earlier one.
    pub const ALL: [Self; 8] =
        [Self::Python, Self::Jvm, Self::Rust, Self::Go, Self::DotNet, Self::Php, Self::Ruby, Self::JavaScript];
}

/// One call of a stack trace, as far as its runtime tells.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Frame {
    /// File as printed: a path, or a bare name (JVM).
    pub file: Option<String>,
    /// Package and class (JVM, .NET), package path (Go), module path (Rust), receiver (JS), class (Ruby ≥ 3.4).
    pub module: Option<String>,
    pub function: Option<String>,
    /// 1-based.
    pub line: Option<u32>,
    pub language: Language,
}

impl Frame {
    /// The path to compare with a repository's: `/` between parts, without scheme, query and leading `./`. For the JVM the
    /// package's folders before the file name. `None` without any file.
    #[must_use]
    pub fn path(&self) -> Option<String> {
        let file = self.file.as_ref()?.replace('\\', "/");
        if self.language == Language::Jvm && !file.contains('/') {
            return Some(
                self.package().map_or(file.clone(), |package| format!("{}/{file}", package.replace('.', "/"))),
            );
        }
        let without_scheme = file.find("://").map_or(file.as_str(), |at| &file[at + 3..]);
        let without_query = without_scheme.split(['?', '#']).next().unwrap_or_default();
        let path = without_query.trim_start_matches('/').trim_start_matches("./");
        lines::some(path)
    }

    /// JVM and .NET: the part of `module` before the class.
    #[must_use]
    pub fn package(&self) -> Option<&str> {
        let module = self.module.as_deref()?;
        match self.language {
            Language::Jvm | Language::DotNet => module.rsplit_once('.').map(|(package, _)| package),
            _ => None,
        }
    }

    /// Class without package, outer class without inner ones (JVM `Outer$Inner`, .NET `Outer+Inner`); `None` in other languages.
    #[must_use]
    pub fn class(&self) -> Option<&str> {
        let module = self.module.as_deref()?;
        match self.language {
            Language::Jvm | Language::DotNet => {
                let class = module.rsplit('.').next().unwrap_or(module);
                class.split(['$', '+', '`']).find(|part| !part.is_empty())
            }
            _ => None,
        }
    }
}

impl fmt::Display for Frame {
    /// `org.shop.Cart.total (Cart.java:12)`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let separator = if self.language == Language::Rust { "::" } else { "." };
        match (&self.module, &self.function) {
            (Some(module), Some(function)) => write!(f, "{module}{separator}{function}")?,
            (Some(name), None) | (None, Some(name)) => f.write_str(name)?,
            (None, None) => f.write_str("?")?,
        }
        match (&self.file, self.line) {
            (Some(file), Some(line)) => write!(f, " ({file}:{line})"),
            (Some(file), None) => write!(f, " ({file})"),
            (None, _) => Ok(()),
        }
    }
}

/// Whether the name of a file or class says *test*: `FooTest`, `TestFoo`, `foo_test`, `test_foo`, `foo.spec`.
fn names_a_test(name: &str) -> bool {
    let stem = name.split('.').next().unwrap_or(name);
    let camel = stem.starts_with("Test") && stem[4..].starts_with(|c: char| c.is_ascii_uppercase());
    camel
        || ["Test", "Tests", "TestCase", "Spec", "_test", "_spec", "_tests"].iter().any(|end| stem.ends_with(end))
        || stem.starts_with("test_")
        || [".test.", ".spec."].iter().any(|part| name.contains(part))
        || stem == "conftest"
}

impl Frame {
    /// Whether the frame is of a test: it says what was tried, not what broke.
    #[must_use]
    pub fn is_test(&self) -> bool {
        let path = self.path().unwrap_or_default();
        let mut parts = path.rsplit('/');
        let name = parts.next().unwrap_or_default();
        names_a_test(name)
            || parts.any(|part| ["test", "tests", "__tests__", "spec", "testing"].contains(&part))
            || self.class().is_some_and(names_a_test)
    }
}

/// A frame with what is told of it; empty: not told.
#[cfg(test)]
pub(super) fn frame(language: Language, file: &str, module: &str, function: &str) -> Frame {
    Frame {
        file: lines::some(file),
        module: lines::some(module),
        function: lines::some(function),
        line: Some(1),
        language,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tests_are_told_by_their_names() {
        for (file, test) in [
            ("XYPlotTests.java", true),
            ("TestExtendedProperties.java", true),
            ("JXPathTestCase.java", true),
            ("Testament.java", false),
            ("Contest.java", false),
            ("tests/test_cart.py", true),
            ("cart_test.go", true),
            ("cart.spec.ts", true),
            ("src/cart.ts", false),
            ("latest.py", false),
        ] {
            assert_eq!(frame(Language::Python, file, "", "f").is_test(), test, "{file}");
        }
    }

    #[test]
    fn paths_are_comparable() {
        for (language, file, module, path) in [
            (Language::Jvm, "Cart.java", "org.shop.Cart$Item", "org/shop/Cart.java"),
            (Language::Jvm, "Cart.java", "Cart", "Cart.java"),
            (Language::JavaScript, "file:///app/src/cart.js?v=1", "", "app/src/cart.js"),
            (Language::JavaScript, "webpack-internal:///./src/cart.ts", "", "src/cart.ts"),
            (Language::DotNet, "C:\\src\\Shop\\Cart.cs", "Shop.Cart", "C:/src/Shop/Cart.cs"),
            (Language::Rust, "./src/cart.rs", "shop::cart", "src/cart.rs"),
        ] {
            assert_eq!(frame(language, file, module, "f").path().as_deref(), Some(path));
        }
    }
}

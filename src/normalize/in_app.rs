use super::trace::{Frame, Owner};

/// What a frame can tell of an error.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// The application's code: where errors are made.
    App,
    /// Another's library or framework.
    Framework,
    /// A test: it says what was tried.
    Test,
    /// Nothing: runtime, harness, code that a tool made, an exception's own constructor.
    Nowhere,
}

/// Which frames are the application's: the user's rules, then what names and paths tell.
#[derive(Debug)]
pub struct InApp {
    /// Prefix of a module or path, and whether it is the application's; the longest comes first.
    rules: Vec<(String, bool)>,
}

impl InApp {
    /// # Errors
    /// When a prefix is empty, or stands in both lists.
    pub fn new(in_app: &[String], not_in_app: &[String]) -> Result<Self, String> {
        if let Some(both) = in_app.iter().find(|prefix| not_in_app.contains(prefix)) {
            return Err(format!("normalize.not_in_app: {both:?} is in normalize.in_app as well"));
        }
        for (key, prefixes) in [("in_app", in_app), ("not_in_app", not_in_app)] {
            if prefixes.iter().any(|prefix| prefix.trim().is_empty()) {
                return Err(format!("normalize.{key} has an empty prefix: it would match every frame"));
            }
        }
        let rules = |prefixes: &[String], app| prefixes.iter().map(move |prefix| (prefix.clone(), app)).collect();
        let (mut all, not): (Vec<_>, Vec<_>) = (rules(in_app, true), rules(not_in_app, false));
        all.extend(not);
        all.sort_by_key(|(prefix, _)| std::cmp::Reverse(prefix.len()));
        Ok(Self { rules: all })
    }

    /// A user's rule decides whatever the frame is called, but for code that no one wrote.
    #[must_use]
    pub fn place(&self, frame: &Frame) -> Place {
        if frame.is_generated() {
            return Place::Nowhere;
        }
        if let Some(app) = self.rule(frame) {
            return if app { Place::App } else { Place::Nowhere };
        }
        match frame.owner() {
            Owner::Runtime => Place::Nowhere,
            _ if raises(frame) => Place::Nowhere,
            Owner::Framework => Place::Framework,
            Owner::Application if frame.is_test() => Place::Test,
            Owner::Application => Place::App,
        }
    }

    fn rule(&self, frame: &Frame) -> Option<bool> {
        if self.rules.is_empty() {
            return None;
        }
        let path = frame.path().unwrap_or_default();
        let begins = |prefix: &str| {
            [frame.module.as_deref(), frame.file.as_deref(), Some(path.as_str())]
                .into_iter()
                .flatten()
                // `com.shop.` owns the package `com.shop` itself too.
                .any(|name| name.starts_with(prefix) || prefix.strip_suffix(['.', ':', '\\', '/']) == Some(name))
        };
        self.rules.iter().find(|(prefix, _)| begins(prefix)).map(|(_, app)| *app)
    }
}

/// An exception's constructor or factory is where all of its kind come from.
fn raises(frame: &Frame) -> bool {
    frame.class().is_some_and(|class| class.ends_with("Exception") || class.ends_with("Error"))
}

#[cfg(test)]
mod tests {
    use super::super::trace;
    use super::*;

    fn place(rules: &InApp, line: &str) -> Place {
        rules.place(&trace::frames(line)[0])
    }

    #[test]
    fn names_and_paths_tell() {
        let rules = InApp::new(&[], &[]).unwrap();
        for (line, expected) in [
            ("at com.shop.Cart.total(Cart.java:1)", Place::App),
            ("at com.shop.CartTest.total(CartTest.java:1)", Place::Test),
            ("at java.util.List.get(List.java:1)", Place::Nowhere),
            ("at org.springframework.Bean.get(Bean.java:1)", Place::Framework),
            ("at com.shop.CartException.of(CartException.java:1)", Place::Nowhere),
            ("at com.shop.Cart$$EnhancerBySpringCGLIB$$1a.total(<generated>)", Place::Nowhere),
            ("  File \"/app/shop/cart.py\", line 1, in f", Place::App),
            ("  File \"/v/site-packages/django/x.py\", line 1, in f", Place::Framework),
        ] {
            assert_eq!(place(&rules, line), expected, "{line}");
        }
    }

    #[test]
    fn the_longest_rule_decides() {
        let of = |texts: &[&str]| texts.iter().map(|text| (*text).to_owned()).collect::<Vec<_>>();
        let rules = InApp::new(
            &of(&["com.shop.", "/app/vendor/own/", "org.springframework.ours"]),
            &of(&["com.shop.vendored."]),
        )
        .unwrap();
        for (line, expected) in [
            ("at com.shop.Cart.total(Cart.java:1)", Place::App),
            ("at com.shop.vendored.Json.read(Json.java:1)", Place::Nowhere),
            ("at org.springframework.ours.Bean.get(Bean.java:1)", Place::App),
            ("at org.springframework.Bean.get(Bean.java:1)", Place::Framework),
            ("#0 /app/vendor/own/x.php(3): f()\n#1 {main}", Place::Nowhere),
            ("  File \"/app/vendor/own/x.py\", line 1, in f", Place::App),
        ] {
            assert_eq!(place(&rules, line), expected, "{line}");
        }
    }

    #[test]
    fn bad_rules_are_told() {
        let of = |text: &str| vec![text.to_owned()];
        assert!(InApp::new(&of(""), &[]).unwrap_err().starts_with("normalize.in_app "));
        assert!(InApp::new(&of("a."), &of("a.")).unwrap_err().starts_with("normalize.not_in_app: \"a.\""));
    }
}

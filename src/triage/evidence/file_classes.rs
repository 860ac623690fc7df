//! What files are for: the user's rules first, then the built-in table.

use super::files::FileClass;
use super::glob::Glob;
use crate::model::excerpt;
use serde::{Deserialize, Serialize};

/// Most rules of a user.
const MAX_RULES: usize = 200;

/// Files that match are of a class, whatever the built-in table says of them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FileClassRule {
    /// Of the whole path from the repository's root: `*` within a part, `?` one character, `**` any number of parts; case counts.
    pub glob: String,
    /// A [`FileClass::name`].
    pub class: String,
}

/// Tells of every path what class it is.
#[derive(Clone, Debug, Default)]
pub struct FileClasses {
    rules: Vec<(Glob, FileClass)>,
}

impl FileClasses {
    /// # Errors
    /// When there are more than 200 rules, a glob cannot be read, or no class has that name. The error begins with the key.
    pub fn new(rules: &[FileClassRule]) -> Result<Self, String> {
        if rules.len() > MAX_RULES {
            return Err(format!("file_classes has {} rules: {MAX_RULES} at most", rules.len()));
        }
        let read = rules.iter().enumerate().map(|(index, rule)| {
            let glob = Glob::parse(&rule.glob)
                .map_err(|error| format!("file_classes[{index}].glob {:?} {error}", excerpt(&rule.glob, 80)))?;
            let class = FileClass::ALL.into_iter().find(|class| class.name() == rule.class);
            let class = class.ok_or_else(|| {
                let names = FileClass::ALL.map(FileClass::name).join(", ");
                format!("file_classes[{index}].class is {:?}: one of {names}", excerpt(&rule.class, 80))
            })?;
            Ok((glob, class))
        });
        Ok(Self { rules: read.collect::<Result<_, String>>()? })
    }

    /// The class of the first rule that matches; without one, what the built-in table says.
    #[must_use]
    pub fn of(&self, path: &str) -> FileClass {
        if self.rules.is_empty() {
            return FileClass::of(path);
        }
        let plain = path.replace('\\', "/");
        let plain = plain.trim_start_matches("./");
        let own = self.rules.iter().find(|(glob, _)| glob.matches(plain));
        own.map_or_else(|| FileClass::of(path), |(_, class)| *class)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rule(glob: &str, class: &str) -> FileClassRule {
        FileClassRule { glob: glob.to_owned(), class: class.to_owned() }
    }

    #[test]
    fn the_first_rule_that_matches_wins_before_the_table() {
        let rules = [rule("docs/prompts/*", "prompt"), rule("docs/**", "runtime"), rule("scripts/**", "ci")];
        let classes = FileClasses::new(&rules).unwrap();
        for (path, class) in [
            ("docs/prompts/a.md", FileClass::Prompt),
            ("docs/a.md", FileClass::Runtime),
            ("./scripts/deploy.py", FileClass::Ci),
            ("scripts\\deploy.py", FileClass::Ci),
            ("README.md", FileClass::Docs),
            ("src/main.rs", FileClass::Runtime),
        ] {
            assert_eq!(classes.of(path), class, "{path}");
        }
    }

    #[test]
    fn bad_rules_are_refused_by_their_key() {
        let good = rule("a", "ci");
        for (rules, start) in [
            (vec![good.clone(), rule("[a]", "ci")], "file_classes[1].glob \"[a]\" has '['"),
            (vec![rule("a", "CI")], "file_classes[0].class is \"CI\": one of runtime, prompt, config"),
            (vec![good; 201], "file_classes has 201 rules"),
        ] {
            let error = FileClasses::new(&rules).unwrap_err();
            assert!(error.starts_with(start), "{error}");
        }
    }

    #[test]
    fn every_class_can_be_named() {
        for class in FileClass::ALL {
            assert_eq!(FileClasses::new(&[rule("x", class.name())]).unwrap().of("x"), class);
        }
    }
}

//! Readers of the formats, a line at a time: many name a package in one line and its version in a later one.

use super::line;

/// How a file writes packages and their versions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// `name = "serde"`, then `version = "1.0"`: Cargo, Poetry, PDM, uv.
    TomlLock,
    /// `"express": {`, then `"version": "4.18.2"`: npm, Pipenv.
    JsonLock,
    /// `"name": "symfony/console"`, then `"version": "v6.3.0"`.
    Composer,
    /// `express@^4.17.1:`, then `version "4.18.2"`.
    Yarn,
    /// `/express@4.18.2:`, or `express:` and then `version: 4.18.2`: pnpm, pub.
    YamlLock,
    /// `<groupId>`, `<artifactId>`, `<version>`.
    Maven,
    /// `'group:artifact:version'`.
    Gradle,
    /// `rails (7.0.4)`.
    Gem,
    /// `module v1.2.3`.
    Go,
    /// `requests==2.31.0`.
    Pip,
    /// `"express": "^4.18.0"`, `serde = "1"`: manifests, and what no other row knows.
    Pairs,
}

impl Format {
    pub fn of(path: &str) -> Self {
        let name = path.rsplit(['/', '\\']).next().unwrap_or(path).to_ascii_lowercase();
        match name.as_str() {
            "cargo.lock" | "poetry.lock" | "pdm.lock" | "uv.lock" => Self::TomlLock,
            "package-lock.json" | "npm-shrinkwrap.json" | "pipfile.lock" | "packages.lock.json" => Self::JsonLock,
            "composer.lock" => Self::Composer,
            "yarn.lock" => Self::Yarn,
            "pnpm-lock.yaml" | "pubspec.lock" => Self::YamlLock,
            "pom.xml" => Self::Maven,
            "build.gradle" | "build.gradle.kts" | "gradle.lockfile" | "build.sbt" => Self::Gradle,
            "gemfile.lock" | "podfile.lock" => Self::Gem,
            "go.mod" | "go.sum" => Self::Go,
            _ if name.starts_with("requirements") || name.starts_with("constraints") => Self::Pip,
            _ => Self::Pairs,
        }
    }
}

/// A package, and its version where it has one.
pub type Named = (String, Option<String>);

/// Reads one side of one hunk.
pub struct Reader {
    format: Format,
    name: Option<String>,
    group: Option<String>,
    began: bool,
    ended: bool,
}

impl Reader {
    pub const fn new(format: Format) -> Self {
        Self { format, name: None, group: None, began: false, ended: false }
    }

    /// The last line began a package.
    pub const fn began(&self) -> bool {
        self.began
    }

    /// The last line completed a package.
    pub const fn ended(&self) -> bool {
        self.ended
    }

    /// The package that the line completes.
    pub fn line(&mut self, text: &str) -> Option<Named> {
        (self.began, self.ended) = (false, false);
        let text = text.trim_end();
        let found = match self.format {
            Format::TomlLock => self.toml(text.trim_start()),
            Format::JsonLock => self.json(text.trim_start()),
            Format::Composer => self.composer(text.trim_start()),
            Format::Yarn => self.yarn(text),
            Format::YamlLock => self.yaml(text.trim_start()),
            Format::Maven => self.maven(text.trim_start()),
            Format::Gradle => self.alone(line::gradle(text)),
            Format::Gem => self.alone(line::gem(text)),
            Format::Go => self.alone(line::go(text)),
            Format::Pip => self.alone(line::pip(text)),
            Format::Pairs => self.alone(line::pair(text)),
        };
        self.ended |= found.is_some();
        found.filter(|(name, _)| line::is_package(name))
    }

    /// A line that says all.
    fn alone(&mut self, found: Option<Named>) -> Option<Named> {
        self.began = true;
        self.ended = true;
        found
    }

    fn begin(&mut self, name: &str) -> Option<Named> {
        self.name = line::is_package(name).then(|| name.to_owned());
        self.began = true;
        None
    }

    fn complete(&mut self, version: &str) -> Option<Named> {
        Some((self.name.take()?, line::version(version)))
    }

    fn toml(&mut self, text: &str) -> Option<Named> {
        if text.starts_with('[') {
            return self.begin("");
        }
        let (key, value) = text.split_once(" = ")?;
        match key {
            "name" => self.begin(line::unquoted(value)),
            "version" => self.complete(line::unquoted(value)),
            _ => None,
        }
    }

    fn json(&mut self, text: &str) -> Option<Named> {
        const STRUCTURE: [&str; 14] = [
            "dependencies",
            "devDependencies",
            "peerDependencies",
            "peerDependenciesMeta",
            "optionalDependencies",
            "requires",
            "engines",
            "packages",
            "bin",
            "funding",
            "default",
            "develop",
            "_meta",
            "hash",
        ];
        let (key, value) = text.split_once(':')?;
        let (key, value) = (line::unquoted(key.trim()), value.trim());
        if value.starts_with('{') && !STRUCTURE.contains(&key) {
            return self.begin(key.rsplit("node_modules/").next().unwrap_or(key));
        }
        if key == "version" { self.complete(line::unquoted(value)) } else { None }
    }

    fn composer(&mut self, text: &str) -> Option<Named> {
        let (key, value) = text.split_once(": ")?;
        match line::unquoted(key) {
            "name" => self.begin(line::unquoted(value)),
            "version" => self.complete(line::unquoted(value)),
            _ => None,
        }
    }

    fn yarn(&mut self, text: &str) -> Option<Named> {
        if !text.starts_with(' ') {
            let spec = text.strip_suffix(':').unwrap_or_default().trim_start_matches('"');
            let scope = usize::from(spec.starts_with('@'));
            let name = spec[scope..].find('@').map_or("", |at| &spec[..at + scope]);
            return self.begin(name);
        }
        let value = text.trim_start().strip_prefix("version")?;
        self.complete(line::unquoted(value.trim_start_matches([':', ' '])))
    }

    fn yaml(&mut self, text: &str) -> Option<Named> {
        if let Some(value) = text.strip_prefix("version: ") {
            return self.complete(line::unquoted(value.split('(').next().unwrap_or_default()));
        }
        let key = text.split_once(": {").map_or_else(|| text.strip_suffix(':'), |(key, _)| Some(key))?;
        let key = line::unquoted(key);
        if matches!(key, "description" | "dependencies" | "devDependencies" | "optionalDependencies" | "packages") {
            return None;
        }
        let spec = key.split('(').next().unwrap_or_default();
        let path = spec.trim_start_matches('/');
        let split = match path.rfind('@').filter(|at| *at > 0) {
            None if spec.starts_with('/') => path.rsplit_once('/'),
            at => at.map(|at| (&path[..at], &path[at + 1..])),
        };
        let Some((name, version)) = split else { return self.begin(path) };
        self.begin(name);
        self.complete(version)
    }

    fn maven(&mut self, text: &str) -> Option<Named> {
        const BLOCKS: [&str; 4] = ["dependency>", "plugin>", "parent>", "exclusion>"];
        let inner = text.strip_prefix('<')?;
        if BLOCKS.iter().any(|block| inner.trim_start_matches('/').starts_with(block)) {
            self.group = None;
            return self.begin("");
        }
        let (tag, rest) = inner.split_once('>')?;
        let (value, _) = rest.split_once("</")?;
        match tag {
            "groupId" => {
                self.group = Some(value.to_owned());
                self.begin("")
            }
            "artifactId" => {
                let changed_group = self.group.take();
                let name = changed_group.map_or_else(|| value.to_owned(), |group| format!("{group}:{value}"));
                let began = self.begin(&name);
                // A package begins with its group, which may be what changed.
                self.began = !name.contains(':');
                began
            }
            "version" => self.complete(value),
            _ => {
                let name = tag.strip_suffix(".version").or_else(|| tag.strip_suffix("-version"))?;
                self.alone(Some((name.to_owned(), line::version(value))))
            }
        }
    }
}

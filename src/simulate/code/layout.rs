//! Where a service keeps what, and what its things are called.

use crate::simulate::scenario::Language;

/// Paths and names of one service's code.
#[derive(Clone, Debug)]
pub struct Layout {
    pub service: String,
    pub language: Language,
}

impl Layout {
    pub fn root(&self) -> String {
        format!("services/{}", self.service)
    }

    /// Path of the module called `name` in `layer` (`handlers domain clients store support`).
    pub fn module(&self, layer: &str, name: &str) -> String {
        let root = self.root();
        match self.language {
            Language::Python => format!("{root}/app/{layer}/{name}.py"),
            Language::TypeScript => format!("{root}/src/{layer}/{name}.ts"),
            Language::Java => {
                format!("{root}/src/main/java/com/harbor/{}/{layer}/{}.java", self.service, Self::class(layer, name))
            }
        }
    }

    pub fn test(&self, name: &str) -> String {
        let root = self.root();
        match self.language {
            Language::Python => format!("{root}/tests/test_{name}.py"),
            Language::TypeScript => format!("{root}/test/{name}.test.ts"),
            Language::Java => format!("{root}/src/test/java/com/harbor/{}/{}Test.java", self.service, pascal(name)),
        }
    }

    pub fn config(&self) -> String {
        match self.language {
            Language::Python => format!("{}/config/settings.toml", self.root()),
            Language::TypeScript => format!("{}/config/default.yaml", self.root()),
            Language::Java => format!("{}/src/main/resources/application.yaml", self.root()),
        }
    }

    pub fn lock(&self) -> String {
        match self.language {
            Language::Python => format!("{}/requirements.lock", self.root()),
            Language::TypeScript => format!("{}/pnpm-lock.yaml", self.root()),
            Language::Java => format!("{}/gradle.lockfile", self.root()),
        }
    }

    pub fn workflow(&self) -> String {
        format!(".github/workflows/{}.yml", self.service)
    }

    pub fn prompt(&self, operation: &str) -> String {
        format!("{}/prompts/{operation}.md", self.root())
    }

    pub fn file(&self, path: &str) -> String {
        format!("{}/{path}", self.root())
    }

    pub fn class(layer: &str, name: &str) -> String {
        let suffix = match layer {
            "handlers" => "Handler",
            "domain" => "Service",
            "clients" => "Client",
            _ => "",
        };
        format!("{}{suffix}", pascal(name))
    }

    pub fn package(&self, layer: &str) -> String {
        format!("com.harbor.{}.{layer}", self.service)
    }
}

/// `snake_case` as the language writes it.
pub fn camel(name: &str, language: Language) -> String {
    if language == Language::Python || name.chars().all(|c| c.is_ascii_uppercase() || c == '_') {
        return name.to_owned();
    }
    let mut up = false;
    let mut out = String::new();
    for c in name.chars() {
        if c == '_' && !out.is_empty() {
            up = true;
        } else {
            out.push(if up { c.to_ascii_uppercase() } else { c });
            up = false;
        }
    }
    out
}

/// `snake_case` as `SnakeCase`.
pub fn pascal(name: &str) -> String {
    name.split('_')
        .map(|part| {
            let mut chars = part.chars();
            chars.next().map(|c| c.to_ascii_uppercase()).into_iter().chain(chars).collect::<String>()
        })
        .collect()
}

//! What kind of file a change touches, told from its path alone: could it change what runs in production?

use serde::Serialize;

/// What a changed file is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum FileClass {
    /// Code and data that run; also whatever no rule knows, since it might.
    Runtime,
    /// What a model is told: behaviour, though it reads like a document.
    Prompt,
    /// Settings read at run time.
    Config,
    Test,
    Docs,
    Ci,
    /// How the artifact is made: compilers, bundlers, targets. A flag changes what runs.
    Build,
    /// Locks and manifests of dependencies.
    DependencyLock,
    /// Images, orchestration, provisioning.
    Infra,
    /// Code that a program wrote: it runs like any other.
    Generated,
}

impl FileClass {
    pub const ALL: [Self; 10] = [
        Self::Runtime,
        Self::Prompt,
        Self::Config,
        Self::Test,
        Self::Docs,
        Self::Ci,
        Self::Build,
        Self::DependencyLock,
        Self::Infra,
        Self::Generated,
    ];

    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Runtime => "runtime",
            Self::Prompt => "prompt",
            Self::Config => "config",
            Self::Test => "test",
            Self::Docs => "docs",
            Self::Ci => "ci",
            Self::Build => "build",
            Self::DependencyLock => "dependency_lock",
            Self::Infra => "infra",
            Self::Generated => "generated",
        }
    }

    /// Whether a change of such a file can change how production behaves.
    #[must_use]
    pub const fn can_break_production(self) -> bool {
        match self {
            Self::Runtime
            | Self::Prompt
            | Self::Config
            | Self::Build
            | Self::DependencyLock
            | Self::Infra
            | Self::Generated => true,
            Self::Test | Self::Docs | Self::Ci => false,
        }
    }

    /// The class of the first rule that matches; [`FileClass::Runtime`] when none does.
    #[must_use]
    pub fn of(path: &str) -> Self {
        let path = path.replace('\\', "/");
        let file = Path::new(&path);
        RULES.iter().find(|rule| rule.when.matches(&file)).map_or(Self::Runtime, |rule| rule.class)
    }
}

/// One row of the table: files that match are of `class`.
struct Rule {
    when: When,
    class: FileClass,
    #[allow(dead_code, reason = "read by people, and by the test that every rule has one")]
    why: &'static str,
}

/// Conditions on a lower-cased path; `Under` on its folders, the others on its last part.
enum When {
    /// The whole name.
    Name(&'static [&'static str]),
    /// How the name starts.
    Start(&'static [&'static str]),
    /// How the name ends.
    End(&'static [&'static str]),
    /// How the path starts.
    Root(&'static [&'static str]),
    /// A folder anywhere above the file.
    Under(&'static [&'static str]),
    /// What stands in the name.
    Infix(&'static str),
    /// How the name starts, and how it ends.
    StartEnding(&'static [&'static str], &'static [&'static str]),
    /// A folder anywhere above, and how the name ends.
    UnderEnding(&'static [&'static str], &'static [&'static str]),
    /// A class or file named for a test with capitals (`CartTest.java`, `TestCart.java`).
    CamelTest,
}

struct Path {
    lower: String,
    folders: Vec<String>,
    name: String,
    /// Without lower-casing, up to the first dot.
    stem: String,
}

impl Path {
    fn new(path: &str) -> Self {
        let lower = path.trim_start_matches("./").to_ascii_lowercase();
        let (folders, name) = lower.rsplit_once('/').unwrap_or(("", &lower));
        let stem = path.rsplit('/').next().unwrap_or_default().split('.').next().unwrap_or_default().to_owned();
        Self {
            folders: folders.split('/').map(str::to_owned).collect(),
            name: name.to_owned(),
            stem,
            lower: lower.clone(),
        }
    }

    fn under(&self, folders: &[&str]) -> bool {
        self.folders.iter().any(|folder| folders.contains(&folder.as_str()))
    }

    fn starts(&self, starts: &[&str]) -> bool {
        starts.iter().any(|start| self.name.starts_with(start))
    }

    fn ends(&self, endings: &[&str]) -> bool {
        endings.iter().any(|ending| self.name.ends_with(ending))
    }
}

impl When {
    fn matches(&self, path: &Path) -> bool {
        match self {
            Self::Name(names) => names.contains(&path.name.as_str()),
            Self::Start(starts) => path.starts(starts),
            Self::Infix(part) => path.name.contains(part),
            Self::StartEnding(starts, endings) => path.starts(starts) && path.ends(endings),
            Self::End(endings) => path.ends(endings),
            Self::Root(roots) => roots.iter().any(|root| path.lower.starts_with(root)),
            Self::Under(folders) => path.under(folders),
            Self::UnderEnding(folders, endings) => path.under(folders) && path.ends(endings),
            Self::CamelTest => {
                let after = path.stem.strip_prefix("Test");
                after.is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_uppercase()))
                    || ["Test", "Tests", "TestCase", "IT", "Spec"].iter().any(|end| {
                        path.stem
                            .strip_suffix(end)
                            .is_some_and(|rest| rest.ends_with(|c: char| c.is_ascii_lowercase() || c.is_ascii_digit()))
                    })
            }
        }
    }
}

const MARKUP: &[&str] = &[".yml", ".yaml", ".json", ".tpl", ".toml", ".sh", ".hcl", ".conf", ".j2"];

/// First match wins, so exceptions stand before what they except from.
#[rustfmt::skip]
const RULES: &[Rule] = &[
    Rule { class: FileClass::Test, when: When::Under(&["__tests__", "__mocks__", "__snapshots__", "testdata", "test-data", "cypress", "e2e", "androidtest", "integrationtest"]), why: "folders that test tools own" },
    Rule { class: FileClass::Test, when: When::Under(&["test", "tests", "testing", "unittests", "test-utils"]), why: "by convention of every ecosystem" },
    Rule { class: FileClass::Test, when: When::UnderEnding(&["spec", "specs"], &[".rb", ".js", ".ts", ".jsx", ".tsx"]), why: "RSpec and Jasmine; a spec/ of yaml is an API's description" },
    Rule { class: FileClass::Test, when: When::End(&["_test.go", "_test.py", "_test.rb", "_test.dart", "_test.exs", "_test.cc", "_test.cpp", "_spec.rb", "_tests.rs", "_test.rs", ".snap"]), why: "suffixes that test runners look for" },
    Rule { class: FileClass::Test, when: When::End(&[".test.js", ".test.ts", ".test.jsx", ".test.tsx", ".test.mjs", ".spec.js", ".spec.ts", ".spec.jsx", ".spec.tsx", ".cy.ts", ".cy.js"]), why: "Jest, Vitest, Jasmine, Cypress" },
    Rule { class: FileClass::Test, when: When::Start(&["test_", "conftest.py", "pytest.ini", "tox.ini", "jest.config", "vitest.config", "phpunit.xml", "karma.conf", ".coveragerc"]), why: "pytest's prefix, and settings of test runners" },
    Rule { class: FileClass::Test, when: When::CamelTest, why: "JVM and .NET name the class for the test" },

    Rule { class: FileClass::Ci, when: When::Root(&[".github/", ".circleci/", ".buildkite/", ".gitlab/", ".ci/", "ci/", ".azure-pipelines/", ".teamcity/", ".semaphore/", ".woodpecker/"]), why: "folders that CI systems read" },
    Rule { class: FileClass::Ci, when: When::Name(&[".gitlab-ci.yml", ".travis.yml", "jenkinsfile", "azure-pipelines.yml", "appveyor.yml", ".drone.yml", "bitbucket-pipelines.yml", ".pre-commit-config.yaml", "codecov.yml", ".codecov.yml", "sonar-project.properties", "renovate.json", "dependabot.yml", "noxfile.py", "codeowners"]), why: "files that CI systems read" },
    Rule { class: FileClass::Ci, when: When::Name(&[".gitignore", ".gitattributes", ".gitmodules", ".editorconfig", ".dockerignore", ".mailmap", "rustfmt.toml", ".prettierrc", ".eslintrc", ".eslintrc.json", ".eslintrc.js", ".flake8", ".pylintrc", ".rubocop.yml", "clippy.toml", ".clang-format", "checkstyle.xml", "mypy.ini", ".golangci.yml"]), why: "tools of the developer's desk; none is in the artifact" },

    Rule { class: FileClass::DependencyLock, when: When::Name(&["package-lock.json", "npm-shrinkwrap.json", "yarn.lock", "pnpm-lock.yaml", "bun.lockb", "cargo.lock", "go.sum", "poetry.lock", "pdm.lock", "uv.lock", "pipfile.lock", "gemfile.lock", "composer.lock", "packages.lock.json", "mix.lock", "pubspec.lock", "podfile.lock", "gradle.lockfile", "flake.lock", "conan.lock"]), why: "the exact versions that are built in" },
    Rule { class: FileClass::DependencyLock, when: When::Name(&["package.json", "cargo.toml", "go.mod", "pyproject.toml", "setup.py", "setup.cfg", "pipfile", "gemfile", "composer.json", "pom.xml", "build.gradle", "build.gradle.kts", "libs.versions.toml", "directory.packages.props", "mix.exs", "pubspec.yaml", "environment.yml", "build.sbt"]), why: "manifests: their usual change is a dependency's version" },
    Rule { class: FileClass::DependencyLock, when: When::End(&[".csproj", ".fsproj", ".gemspec", ".podspec"]), why: "manifests with free names" },
    Rule { class: FileClass::DependencyLock, when: When::Start(&["requirements", "constraints.txt"]), why: "pip's lists, whatever their suffix" },

    Rule { class: FileClass::Generated, when: When::End(&[".pb.go", ".pb.gw.go", ".pb.cc", ".pb.h", "_pb2.py", "_pb2_grpc.py", "_pb2.pyi", "_pb.js", "_pb.ts", "_pb.d.ts", "_grpc_pb.js", "_pb.rb", ".g.dart", ".freezed.dart", ".g.cs", ".designer.cs", "_generated.go", "_gen.go", ".gen.go", "zz_generated.deepcopy.go", "grpc.pb.rs"]), why: "compilers of schemas and code generators end names so" },
    Rule { class: FileClass::Generated, when: When::End(&[".min.js", ".min.mjs", ".min.css", ".bundle.js", ".bundle.css", ".js.map", ".css.map"]), why: "bundlers and minifiers end names so" },
    Rule { class: FileClass::Generated, when: When::Infix(".generated."), why: "`x.generated.ts`, by convention of many generators" },
    Rule { class: FileClass::Generated, when: When::UnderEnding(&["generated", "__generated__", "generated-sources", "generated-src", "dist", "autogen"], &[".js", ".mjs", ".cjs", ".css", ".ts", ".tsx", ".jsx", ".go", ".py", ".java", ".kt", ".rs", ".cs", ".rb", ".php", ".dart", ".cc", ".cpp", ".h", ".swift", ".html", ".wasm", ".json", ".graphql"]), why: "folders that generators and bundlers write; docs in one stay docs" },

    Rule { class: FileClass::Prompt, when: When::UnderEnding(&["prompts", "prompt", "prompt_templates", "prompt-templates"], &[".md", ".txt", ".yaml", ".yml", ".json", ".j2", ".jinja", ".jinja2", ".mustache", ".hbs", ".liquid", ".tmpl", ".xml", ".toml"]), why: "a folder of prompts; code in one is still code" },
    Rule { class: FileClass::Prompt, when: When::End(&[".prompt", ".prompty", ".prompt.md", ".prompt.txt", ".prompt.yaml", ".prompt.yml", ".prompt.json", ".prompt.j2", "_prompt.txt", "_prompt.md", "_prompt.yaml", "_prompt.yml", "_prompt.j2", "-prompt.txt", "-prompt.md"]), why: "prompts outside a folder of their own" },
    Rule { class: FileClass::Prompt, when: When::StartEnding(&["system_prompt", "system-prompt", "prompt_template", "prompt-template"], &[".md", ".txt", ".yaml", ".yml", ".json", ".j2", ".jinja", ".jinja2", ".xml", ".toml"]), why: "prompts by name" },

    Rule { class: FileClass::Docs, when: When::End(&[".md", ".mdx", ".rst", ".adoc", ".asciidoc", ".textile", ".pdf", ".puml", ".drawio"]), why: "text for people" },
    Rule { class: FileClass::Docs, when: When::Root(&["docs/", "doc/", "documentation/", "xdocs/", "src/site/", "src/changes/", "website/", "man/", "javadoc/"]), why: "the documentation's folder, generators included" },
    Rule { class: FileClass::Docs, when: When::Name(&["license", "licence", "license.txt", "licence.txt", "copying", "notice", "notice.txt", "authors", "authors.txt", "contributors", "readme", "readme.txt", "changelog", "changelog.txt", "changes", "changes.txt", "changes.xml", "news", "history", "release-notes.txt", "release_notes.txt", "todo", "security.txt"]), why: "the texts at a repository's root" },

    Rule { class: FileClass::Infra, when: When::Start(&["dockerfile", "containerfile", "docker-compose", "compose.y", "kustomization.", "chart.yaml", "values.yaml", "values-", "skaffold.", "cloudbuild.", "serverless.y", "procfile", "fly.toml", "render.yaml", "vagrantfile", "app.yaml"]), why: "how it is packed and run" },
    Rule { class: FileClass::Infra, when: When::End(&[".tf", ".tfvars", ".hcl", ".nomad", ".bicep", ".dockerfile", ".service", ".timer"]), why: "provisioning and units" },
    Rule { class: FileClass::Infra, when: When::UnderEnding(&["k8s", "kubernetes", "helm", "charts", "terraform", "ansible", "deploy", "deployment", "deployments", "manifests", "infra", "infrastructure", "ops", ".ebextensions", "nginx"], MARKUP), why: "orchestration; code in a folder of such a name is still code" },
    Rule { class: FileClass::Build, when: When::Name(&["makefile", "gnumakefile", "justfile", "rakefile", "taskfile.yml", "cmakelists.txt", "cmakepresets.json", "configure.ac", "makefile.am", "build.xml", "build", "build.bazel", "workspace", "workspace.bazel", "module.bazel", ".bazelrc", "buck", "meson.build", "sconstruct", "gradlew", "gradlew.bat", "mvnw", "mvnw.cmd", "settings.gradle", "settings.gradle.kts", "gradle.properties", "gradle-wrapper.properties", "maven-wrapper.properties", "directory.build.props", "directory.build.targets", "build.rs", "rust-toolchain.toml", "turbo.json", "nx.json", "gulpfile.js", "gruntfile.js", ".babelrc", ".swcrc", "manifest.in"]), why: "what makes the artifact: flags and targets can change it; manifests such as pom.xml and setup.py are dependencies above" },
    Rule { class: FileClass::Build, when: When::Start(&["webpack.", "vite.config.", "rollup.config.", "rspack.config.", "esbuild.config.", "tsup.config.", "tsconfig.", "babel.config.", "postcss.config.", "metro.config.", "next.config."]), why: "compilers and bundlers of JavaScript" },
    Rule { class: FileClass::Build, when: When::End(&[".mk", ".cmake", ".bzl", ".gradle", ".gradle.kts", ".ninja"]), why: "parts of builds with free names" },

    Rule { class: FileClass::Config, when: When::Start(&[".env", "settings.", "application.", "appsettings.", "feature_flags.", "feature-flags.", "flags.", "logback", "log4j"]), why: "settings by name; code such as settings.py and application.rb is read as settings too" },
    Rule { class: FileClass::Config, when: When::End(&[".yml", ".yaml", ".toml", ".ini", ".cfg", ".conf", ".config", ".properties", ".env", ".json", ".json5", ".jsonc", ".plist", ".xml", ".cue", ".jsonnet"]), why: "formats that hold settings" },
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    #[rustfmt::skip]
    fn paths_of_many_ecosystems() {
        use FileClass::{Build, Ci, Config, DependencyLock, Docs, Generated, Infra, Prompt, Runtime, Test};
        let table: &[(FileClass, &[&str])] = &[
            (Runtime, &[
                "src/main.rs", "src/java/org/apache/commons/cli/Parser.java", "source/org/jfree/chart/plot/XYPlot.java", "app/models/cart.rb",
                "lib/cart.ex", "cmd/server/main.go", "pkg/deploy/deploy.go", "web/src/charts/LineChart.tsx", "src/docs/handler.ts", "api/cart.proto",
                "db/migrate/001_create.sql", "src/contest.py", "src/latest.go", "app/prompts/builder.py", "shop/attest.py", "Main.kt",
                "templates/cart.html", "static/app.css", "resources/words.txt", "unknown.xyz", "src/Testament.java", "internal/infra/retry.go",
                "src/Credit.java", "Cart.cs", "src/spec.ts", "bin/run", "x.php", "src/audit.py", "",
                "src/prompt.ts", "src/generated.rs", "src/distance.go", "builder/main.go", "prompts/__init__.py", "src/minjs.js",
            ]),
            (Prompt, &[
                "prompts/system.md", "agent/prompts/triage.txt", "src/agent/answer.prompt", "a/x.prompt.md", "a/x.prompt.yaml", "system_prompt.md",
                "src/system_prompt_v2.txt", "prompt_templates/a.j2", "bot/refund_prompt.txt",
            ]),
            (Config, &[
                "config/production.yaml", "application.properties", "settings.toml", "appsettings.Production.json", ".env.production", "flags.json",
                "src/main/resources/logback.xml", "api/spec/openapi.yaml",
                "src\\main\\resources\\app.ini",
            ]),
            (Test, &[
                "tests/test_cart.py", "cart_test.go", "src/cart.test.ts", "src/test/java/CartTest.java", "CartTests.cs", "spec/models/cart_spec.rb",
                "src/__tests__/cart.js", "conftest.py", "e2e/login.ts", "testdata/x.json", "src/java/TestCart.java", "JXPathTestCase.java",
                "tests/fixtures/a.md", "tests/prompts/a.txt", "src/__snapshots__/a.snap", "cypress/support/index.js", "CartIT.java",
            ]),
            (Docs, &[
                "README.md", "docs/index.html", "docs/conf.py", "LICENSE", "CHANGELOG.rst", "src/changes/changes.xml", "src/site/x.xml", "guide.adoc",
                "NOTICE.txt", "src/module/README.md", "generated/README.md", "docs/prompting.md",
            ]),
            (Ci, &[
                ".github/workflows/ci.yml", ".gitlab-ci.yml", "Jenkinsfile", ".circleci/config.yml", ".travis.yml", ".gitignore", ".pre-commit-config.yaml",
                ".ci/run", "CODEOWNERS",
            ]),
            (DependencyLock, &[
                "package-lock.json", "web/yarn.lock", "Cargo.lock", "go.sum", "go.mod", "requirements.txt", "requirements-dev.txt", "pom.xml", "Gemfile.lock",
                "poetry.lock", "Shop.csproj", "build.gradle.kts", "Cargo.toml",
            ]),
            (Infra, &[
                "Dockerfile", "docker/Dockerfile.prod", "docker-compose.yml", "k8s/deployment.yaml", "terraform/main.tf", "helm/shop/values.yaml", "Procfile",
                "charts/shop/templates/x.yaml", "deploy/run.sh", "nginx/site.conf",
            ]),
            (Build, &[
                "Makefile", "CMakeLists.txt", "tsconfig.json", "web/tsconfig.app.json", "webpack.config.js", "vite.config.mts", "BUILD.bazel", "tools/defs.bzl",
                "settings.gradle.kts", "gradle/publish.gradle", "build.rs", "cmake/flags.cmake", "babel.config.json", "rules.mk", "MANIFEST.in",
            ]),
            (Generated, &[
                "api/shop.pb.go", "shop/cart_pb2.py", "lib/cart.g.dart", "static/app.min.js", "src/schema.generated.ts", "src/generated/Api.java",
                "dist/index.js", "web/dist/main.css", "src/__generated__/query.ts", "static/vendor.bundle.js",
            ]),
        ];
        let mut count = 0;
        for (class, paths) in table {
            for path in *paths {
                assert_eq!(FileClass::of(path), *class, "{path}");
                count += 1;
            }
        }
        assert!(count >= 90, "{count}");
    }

    #[test]
    fn every_rule_says_why() {
        assert!(RULES.iter().all(|rule| !rule.why.is_empty()));
    }

    #[test]
    fn only_what_cannot_run_is_harmless() {
        let harmless = FileClass::ALL.into_iter().filter(|class| !class.can_break_production());
        assert_eq!(harmless.collect::<Vec<_>>(), [FileClass::Test, FileClass::Docs, FileClass::Ci]);
    }
}

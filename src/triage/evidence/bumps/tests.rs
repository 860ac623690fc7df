use super::*;
use crate::triage::Diff;
use proptest::prelude::*;

fn shown(path: &str, hunk: &str) -> Vec<String> {
    let side = |mark| hunk.lines().filter(|line| !line.starts_with(mark)).count();
    let (old, new) = (side('+'), side('-'));
    let text = format!("diff --git a/{path} b/{path}\n--- a/{path}\n+++ b/{path}\n@@ -1,{old} +1,{new} @@\n{hunk}\n");
    let diff = Diff::parse(&text).unwrap();
    let hunks: Vec<&Hunk> = diff.files[0].hunks.iter().collect();
    bumps(path, &hunks).iter().map(Bump::shown).collect()
}

#[test]
#[rustfmt::skip]
fn every_format_names_package_and_versions() {
    for (path, hunk, expected) in [
        ("Cargo.lock", " [[package]]\n name = \"serde\"\n-version = \"1.0.1\"\n+version = \"1.0.2\"\n source = \"registry\"\n-checksum = \"aa\"\n+checksum = \"bb\"", "serde 1.0.1 → 1.0.2 at Cargo.lock:3"),
        ("package-lock.json", "     \"node_modules/@babel/core\": {\n-      \"version\": \"7.1.0\",\n-      \"resolved\": \"https://r/core-7.1.0.tgz\",\n+      \"version\": \"7.2.0\",\n+      \"resolved\": \"https://r/core-7.2.0.tgz\",\n       \"dependencies\": {", "@babel/core 7.1.0 → 7.2.0 at package-lock.json:2"),
        ("yarn.lock", "-express@^4.17.1, express@^4.18.0:\n-  version \"4.18.1\"\n+express@^4.18.2:\n+  version \"4.18.2\"\n   dependencies:", "express 4.18.1 → 4.18.2 at yarn.lock:2"),
        ("yarn.lock", " \"@a/b@npm:^1.0.0\":\n-  version: 1.0.1\n+  version: 1.0.2", "@a/b 1.0.1 → 1.0.2 at yarn.lock:2"),
        ("pnpm-lock.yaml", "-  /express@4.18.1(react@18.0.0):\n+  /express@4.18.2(react@18.0.0):\n     resolution: {integrity: sha512-x}", "express 4.18.1 → 4.18.2 at pnpm-lock.yaml:1"),
        ("pnpm-lock.yaml", "       express:\n-        specifier: ^4.18.1\n-        version: 4.18.1\n+        specifier: ^4.18.2\n+        version: 4.18.2", "express 4.18.1 → 4.18.2 at pnpm-lock.yaml:3"),
        ("pnpm-lock.yaml", "-  /@a/b/1.0.0:\n+  /@a/b/1.1.0:", "@a/b 1.0.0 → 1.1.0 at pnpm-lock.yaml:1"),
        ("requirements.txt", " flask==3.0\n-requests[socks]==2.31.0 ; python_version > \"3\"\n+requests[socks]==2.32.0 ; python_version > \"3\"\n # end", "requests 2.31.0 → 2.32.0 at requirements.txt:2"),
        ("poetry.lock", " [[package]]\n name = \"requests\"\n-version = \"2.31.0\"\n+version = \"2.32.0\"\n description = \"HTTP\"", "requests 2.31.0 → 2.32.0 at poetry.lock:3"),
        ("Pipfile.lock", "         \"requests\": {\n             \"hashes\": [\n-                \"sha256:aa\"\n+                \"sha256:bb\"\n             ],\n-            \"version\": \"==2.31.0\"\n+            \"version\": \"==2.32.0\"\n         },", "requests 2.31.0 → 2.32.0 at Pipfile.lock:5"),
        ("go.mod", " require (\n-\tgithub.com/gin-gonic/gin v1.9.0\n+\tgithub.com/gin-gonic/gin v1.9.1 // indirect\n )", "github.com/gin-gonic/gin v1.9.0 → v1.9.1 at go.mod:2"),
        ("go.sum", "-github.com/a/b v1.9.0 h1:aa=\n-github.com/a/b v1.9.0/go.mod h1:bb=\n+github.com/a/b v1.9.1 h1:cc=\n+github.com/a/b v1.9.1/go.mod h1:dd=", "github.com/a/b v1.9.0 → v1.9.1 at go.sum:1"),
        ("pom.xml", "     <dependency>\n       <groupId>org.apache.logging.log4j</groupId>\n       <artifactId>log4j-core</artifactId>\n-      <version>2.14.1</version>\n+      <version>2.17.0</version>\n     </dependency>", "org.apache.logging.log4j:log4j-core 2.14.1 → 2.17.0 at pom.xml:4"),
        ("pom.xml", "   <properties>\n-    <jackson.version>2.14.1</jackson.version>\n+    <jackson.version>2.15.0</jackson.version>", "jackson 2.14.1 → 2.15.0 at pom.xml:2"),
        ("build.gradle", " dependencies {\n-    implementation 'io.netty:netty-handler:4.1.1'\n+    implementation 'io.netty:netty-handler:4.1.2'", "io.netty:netty-handler 4.1.1 → 4.1.2 at build.gradle:2"),
        ("build.gradle.kts", "-    id(\"org.springframework.boot\") version \"3.1.0\"\n+    id(\"org.springframework.boot\") version \"3.2.0\"", "org.springframework.boot 3.1.0 → 3.2.0 at build.gradle.kts:1"),
        ("Gemfile.lock", "     rack (2.2.1)\n-    rails (7.0.4)\n+    rails (7.0.5)\n       actionpack (= 7.0.4)", "rails 7.0.4 → 7.0.5 at Gemfile.lock:2"),
        ("composer.lock", "             \"name\": \"symfony/console\",\n-            \"version\": \"v6.3.0\",\n+            \"version\": \"v6.3.1\",\n             \"source\": {", "symfony/console v6.3.0 → v6.3.1 at composer.lock:2"),
        ("package.json", "   \"dependencies\": {\n-    \"express\": \"^4.18.1\",\n+    \"express\": \"^4.18.2\",", "express ^4.18.1 → ^4.18.2 at package.json:2"),
        ("Cargo.toml", "-serde = { version = \"1.0\", features = [\"derive\"] }\n+serde = { version = \"1.1\", features = [\"derive\"] }", "serde 1.0 → 1.1 at Cargo.toml:1"),
        ("pyproject.toml", "-    \"requests>=2.31\",\n+    \"requests>=2.32\",", "requests 2.31 → 2.32 at pyproject.toml:1"),
        ("Shop.csproj", "-    <PackageReference Include=\"Newtonsoft.Json\" Version=\"13.0.1\" />\n+    <PackageReference Include=\"Newtonsoft.Json\" Version=\"13.0.2\" />", "Newtonsoft.Json 13.0.1 → 13.0.2 at Shop.csproj:1"),
        ("Gemfile", "-gem 'rails', '~> 7.0'\n+gem 'rails', '~> 7.1'", "rails ~> 7.0 → ~> 7.1 at Gemfile:1"),
        ("requirements.txt", "+requests==2.32.0", "requests no version → 2.32.0 at requirements.txt:1"),
        ("requirements.txt", "-requests==2.32.0", "requests 2.32.0 → no version at requirements.txt:1 (removed)"),
    ] {
        assert_eq!(shown(path, hunk), [expected], "{path}\n{hunk}");
    }
}

#[test]
fn what_moves_or_is_no_package_is_no_bump() {
    for (path, hunk) in [
        ("requirements.txt", "-b==1.0\n a==1.0\n+b==1.0\n-# x==1\n--r base.txt"),
        ("package.json", "-  \"version\": \"1.0.0\",\n+  \"version\": \"1.0.1\",\n+  \"test\": \"jest --ci\""),
        ("Cargo.lock", " name = \"a\"\n version = \"1.0\"\n-checksum = \"a\"\n+checksum = \"b\""),
        ("Pipfile.lock", " \"a\": {\n-  \"sha256:1\"\n+  \"sha256:2\"\n \"version\": \"==1.0\""),
    ] {
        assert_eq!(shown(path, hunk), Vec::<String>::new(), "{path}\n{hunk}");
    }
}

#[test]
fn installed_code_is_its_packages() {
    for (package, path) in [
        ("requests", "venv/lib/python3.11/site-packages/requests/api.py"),
        ("PyYAML", "venv/lib/python3.11/site-packages/yaml/reader.py"),
        ("typing_extensions", "site-packages/typing_extensions.py"),
        ("@babel/core", "app/node_modules/a/node_modules/@babel/core/lib/index.js"),
        ("express", "app/node_modules/.pnpm/express@4.18.2/node_modules/express/lib/router.js"),
        ("github.com/gin-gonic/gin", "root/go/pkg/mod/github.com/gin-gonic/gin@v1.9.1/context.go"),
        ("github.com/Azure/sdk/v2", "go/pkg/mod/github.com/!azure/sdk/v2@v2.1.0/a/b.go"),
        ("rails", "usr/lib/ruby/gems/3.2.0/gems/rails-7.0.4/lib/rails.rb"),
        ("serde_json", "root/.cargo/registry/src/index.crates.io-6f17d22bba15001f/serde_json-1.0.1/src/de.rs"),
        ("symfony/console", "srv/vendor/symfony/console/Application.php"),
        ("org.apache.logging.log4j:log4j-core", "org/apache/logging/log4j/core/Logger.java"),
        ("com.fasterxml.jackson.core:jackson-databind", "com/fasterxml/jackson/databind/ObjectMapper.java"),
        ("org.springframework:spring-context", "org/springframework/context/support/A.java"),
    ] {
        let code = owner::code(package);
        assert!(prefixes(path).iter().any(|prefix| code.contains(prefix)), "{package} {path} {code:?}");
    }
    for (package, path) in [
        ("router", "app/node_modules/express/lib/router/index.js"),
        ("org.apache.commons:commons-lang3", "org/apache/commons/collections/Bag.java"),
        ("core", "app/node_modules/@babel/core/lib/index.js"),
    ] {
        let code = owner::code(package);
        assert!(!prefixes(path).iter().any(|prefix| code.contains(prefix)), "{package} {path}");
    }
}

proptest! {
    #[test]
    fn hostile_lines_name_places_that_exist(
        path in prop::sample::select(vec![
            "Cargo.lock", "package-lock.json", "composer.lock", "yarn.lock", "pnpm-lock.yaml", "pom.xml", "build.gradle", "Gemfile.lock",
            "go.mod", "requirements.txt", "x.csproj",
        ]),
        lines in prop::collection::vec(("[ +-]", "[ \"'@/:=<>{}()\\[\\],.a-bA-B0-2é-]{0,40}|(?s)[^\n\r]{0,20}"), 1..20),
    ) {
        let hunk: Vec<String> = lines.iter().map(|(mark, text)| format!("{mark}{text}")).collect();
        for bump in shown(path, &hunk.join("\n")) {
            prop_assert!(bump.len() < 500);
        }
    }
}

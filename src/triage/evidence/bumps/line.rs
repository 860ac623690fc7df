//! Lines that name a package and its version at once.

use super::lock::Named;

/// Longest name and version that are kept, bytes.
const MAX_NAME: usize = 200;
const MAX_VERSION: usize = 64;

/// Whether it can be a package's name: nothing else of a hostile diff gets into a summary.
pub fn is_package(name: &str) -> bool {
    name.len() >= 2
        && name.len() <= MAX_NAME
        && name.bytes().any(|byte| byte.is_ascii_alphabetic())
        && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"@/._:-+".contains(&byte))
}

/// A version or a range of them, without the `=` of an exact one; `None` where it is neither.
pub fn version(text: &str) -> Option<String> {
    let text = text.trim().trim_start_matches('=').trim_start();
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b" .,+-_~^<>=!*|:/$".contains(&byte);
    let number = text.trim_start_matches(['^', '~', '<', '>', '=', '!', 'v', 'V', ' ']);
    let is_version = number.starts_with(|c: char| c.is_ascii_digit()) && text.len() <= MAX_VERSION;
    (is_version && text.bytes().all(plain)).then(|| text.to_owned())
}

/// Without the quotes and the comma around it.
pub fn unquoted(text: &str) -> &str {
    text.trim().trim_end_matches(',').trim_matches(['"', '\''])
}

/// `requests[socks]==2.31.0 ; python_version > "3" --hash=…`, of pip.
pub fn pip(line: &str) -> Option<Named> {
    let line = line.trim_start();
    if line.starts_with(['#', '-']) {
        return None;
    }
    let requirement = line.split([';', '#', '\\']).next()?.split(" --").next()?.trim();
    let end = requirement.find(|c: char| !(c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.')));
    let (name, rest) = requirement.split_at(end.unwrap_or(requirement.len()));
    let rest = rest.trim_start();
    let rest = if rest.starts_with('[') { rest.split_once(']')?.1.trim_start() } else { rest };
    if rest.is_empty() || rest.starts_with(['=', '<', '>', '~', '!', '@']) {
        return Some((name.to_owned(), version(rest)));
    }
    None
}

/// `require github.com/x/y v1.2.3 // indirect` of `go.mod`, `github.com/x/y v1.2.3 h1:…` of `go.sum`.
pub fn go(line: &str) -> Option<Named> {
    let line = line.split("//").next()?.trim();
    let mut words = line.split_whitespace().filter(|word| !matches!(*word, "require" | "replace" | "exclude" | "=>"));
    let name = words.next().filter(|name| name.contains(['.', '/']))?;
    // Of a replacement the last one holds.
    let version = words.filter_map(version).find(|version| version.starts_with('v'))?;
    // The sum of a `go.mod` alone: that version was looked at, not built in.
    (!version.ends_with("/go.mod")).then(|| (name.to_owned(), Some(version)))
}

/// `    rails (7.0.4)` of Bundler; a dependency's range is no version of it.
pub fn gem(line: &str) -> Option<Named> {
    let (name, rest) = line.trim_start().trim_start_matches("- ").split_once(" (")?;
    let version = version(rest.split(')').next()?)?;
    version.starts_with(|c: char| c.is_ascii_digit()).then(|| (name.trim_matches('"').to_owned(), Some(version)))
}

/// `implementation 'group:artifact:version'`, `group: 'g', name: 'a', version: 'v'`, `id 'plugin' version 'v'`, and a line of a lock.
pub fn gradle(line: &str) -> Option<Named> {
    let line = line.split("//").next()?.trim();
    let quoted: Vec<&str> = line.split(['"', '\'']).skip(1).step_by(2).take(8).collect();
    let lock = line.split('=').next().filter(|_| quoted.is_empty());
    for text in quoted.iter().copied().chain(lock) {
        let mut parts = text.splitn(3, ':');
        if let (Some(group), Some(artifact), Some(rest)) = (parts.next(), parts.next(), parts.next()) {
            let version = version(rest.split([':', '@']).next()?);
            return Some((format!("{group}:{artifact}"), version));
        }
    }
    match quoted.as_slice() {
        [group, artifact, number] if line.contains("group") => Some((format!("{group}:{artifact}"), version(number))),
        // sbt: "group" %% "artifact" % "version".
        [group, artifact, number, ..] if line.contains('%') => Some((format!("{group}:{artifact}"), version(number))),
        [plugin, number] if line.contains("version") => Some(((*plugin).to_owned(), version(number))),
        _ => {
            // ext.jacksonVersion = '2.15.0'
            let name = line.split('=').next()?.split_whitespace().next_back()?.rsplit('.').next()?;
            let name = name.strip_suffix("Version").or_else(|| name.strip_suffix("_version"))?;
            Some((name.to_owned(), version(quoted.first()?)))
        }
    }
}

/// `"express": "^4.18.0"`, `serde = { version = "1" }`, `gem 'rails', '~> 7.0'`, `<PackageReference Include="X" Version="1.0" />`,
/// `"requests>=2.31"`: a name, and the first version after it.
pub fn pair(line: &str) -> Option<Named> {
    const NO_PACKAGES: [&str; 16] = [
        "version",
        "name",
        "edition",
        "rust-version",
        "python",
        "node",
        "npm",
        "php",
        "ruby",
        "sdk",
        "target",
        "resolver",
        "gem",
        "include",
        "packagereference",
        "packageversion",
    ];
    let line = line.trim_start();
    if line.starts_with(['#', '/', '[', ';']) {
        return None;
    }
    let is_part = |c: char| c.is_ascii_alphanumeric() || "@/._-".contains(c);
    let words = line.split(|c: char| !is_part(c)).filter(|word| is_package(word)).take(8);
    let mut names = words.map(|word| word.trim_end_matches(['.', '-', '/']));
    let name = names.find(|word| {
        word.starts_with(|c: char| c == '@' || c.is_ascii_alphabetic())
            && (!NO_PACKAGES.contains(&word.to_ascii_lowercase().as_str()))
    })?;
    let after = &line[line.find(name)? + name.len()..];
    let pinned =
        after.split(['"', '\'', '=', '(', '[']).map(|part| part.split([',', ';', ')', ']']).next().unwrap_or(part));
    let version = pinned.take(12).find_map(version)?;
    Some((name.to_owned(), Some(version)))
}

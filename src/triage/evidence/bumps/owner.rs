//! Which package a path of installed code belongs to.

/// Folders that packages are installed in; what follows the last one of a path begins with the package.
const INSTALLED: [&str; 8] = [
    "node_modules/",
    "site-packages/",
    "dist-packages/",
    "gems/",
    "pkg/mod/",
    "vendor/",
    ".cargo/registry/src/",
    "bower_components/",
];
/// Most leading parts of a path that are looked up.
const MAX_PARTS: usize = 8;
/// Packages whose code is called something else.
const OTHERWISE_CALLED: [(&str, &str); 11] = [
    ("attrs", "attr"),
    ("beautifulsoup4", "bs4"),
    ("opencv-python", "cv2"),
    ("pillow", "pil"),
    ("protobuf", "google/protobuf"),
    ("psycopg2-binary", "psycopg2"),
    ("pycryptodome", "crypto"),
    ("pyjwt", "jwt"),
    ("python-dateutil", "dateutil"),
    ("pyyaml", "yaml"),
    ("scikit-learn", "sklearn"),
];
/// Words of artifacts that name no folder of their code.
const SILENT: [&str; 5] = ["api", "java", "jvm", "all", "parent"];

/// What paths of the package's code begin with, in the form of [`prefixes`].
pub fn code(package: &str) -> Vec<String> {
    let plain = plain(package);
    if let Some((group, artifact)) = plain.split_once(':') {
        return jvm(group, artifact);
    }
    let other = OTHERWISE_CALLED.iter().find(|(name, _)| *name == plain).map(|(_, code)| (*code).to_owned());
    std::iter::once(plain).chain(other).collect()
}

/// `com.fasterxml.jackson.core:jackson-databind` lies in `com/fasterxml/jackson/databind`: leading parts of the group, two at least,
/// then a word of the artifact that the group does not have; without such a word, the group alone.
fn jvm(group: &str, artifact: &str) -> Vec<String> {
    let folders: Vec<&str> = group.split('.').take(MAX_PARTS).collect();
    let words = artifact.split(['-', '.']).filter(|word| {
        word.len() >= 2 && !SILENT.contains(word) && !folders.iter().any(|folder| folder.starts_with(word))
    });
    let words: Vec<&str> = words.take(4).collect();
    if words.is_empty() {
        return vec![folders.join("/")];
    }
    let ends = 2..=folders.len();
    ends.flat_map(|end| words.iter().map(move |word| (end, *word)))
        .map(|(end, word)| format!("{}/{word}", folders[..end].join("/")))
        .collect()
}

/// What the package that a path belongs to may be called: its leading parts where packages are installed, the longest first.
pub fn prefixes(path: &str) -> Vec<String> {
    let path = path.to_ascii_lowercase();
    let start = INSTALLED.iter().filter_map(|folder| path.rfind(folder).map(|at| at + folder.len())).max();
    let mut rest = &path[start.unwrap_or(0)..];
    if path[..start.unwrap_or(0)].ends_with("registry/src/") {
        // The registry's own folder.
        rest = rest.split_once('/').map_or(rest, |(_, rest)| rest);
    }
    let parts: Vec<&str> = rest.split('/').take(MAX_PARTS).collect();
    let mut found = Vec::new();
    for end in (1..=parts.len()).rev() {
        let whole = plain(&parts[..end].join("/"));
        let cut = without_version(&whole).to_owned();
        found.extend([cut, whole]);
    }
    found
}

/// Lower-case, `-` for `_`, and without the `!` that Go's cache puts before capitals.
fn plain(name: &str) -> String {
    name.to_ascii_lowercase().replace('_', "-").replace('!', "")
}

/// `gin@v1.9.1` and `rails-7.0.4` without the version, `six.py` without its ending.
fn without_version(name: &str) -> &str {
    let last = name.rfind('/').map_or(0, |at| at + 1);
    if let Some(at) = name[last..].find('@').filter(|at| *at > 0) {
        return &name[..last + at];
    }
    let bytes = name.as_bytes();
    let dash = (last..bytes.len()).find(|at| bytes[*at] == b'-' && bytes.get(at + 1).is_some_and(u8::is_ascii_digit));
    dash.map_or_else(|| name.strip_suffix(".py").unwrap_or(name), |at| &name[..at])
}

//! The files of the company's repository at one revision.

use super::Module;
use super::render::render;
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::sync::Arc;

/// What a file is made of.
#[derive(Clone, Debug, PartialEq)]
pub enum Content {
    Code(Module),
    Text(Vec<String>),
}

/// A file with its text.
#[derive(Clone, Debug, PartialEq)]
pub struct File {
    pub content: Content,
    pub text: String,
    /// Functions' names and lines (0-based, half-open).
    spans: Vec<(String, usize, usize)>,
}

impl File {
    pub fn new(content: Content) -> Self {
        let (lines, spans) = match &content {
            Content::Code(module) => render(module),
            Content::Text(lines) => (lines.clone(), Vec::new()),
        };
        let mut text = lines.join("\n");
        text.push('\n');
        Self { content, text, spans }
    }

    /// The 1-based line of `function` whose text is `anchor`; the nearest thing to it when the code has moved on: a line
    /// with the same beginning, else the function's first line, else the file's.
    pub fn locate(&self, function: &str, anchor: &str) -> (usize, String) {
        let lines: Vec<&str> = self.text.lines().collect();
        let (_, start, end) = self.spans.iter().find(|(name, ..)| name == function).cloned().unwrap_or_default();
        let body = &lines[start.min(lines.len())..end.min(lines.len())];
        let stem = anchor.split(['=', '(']).next().unwrap_or(anchor).trim();
        let at = body
            .iter()
            .position(|line| line.trim() == anchor)
            .or_else(|| body.iter().position(|line| !stem.is_empty() && line.trim().starts_with(stem)))
            .unwrap_or(usize::from(body.len() > 2) * 2);
        (start + at + 1, body.get(at).map_or("", |line| line.trim()).to_owned())
    }
}

/// Path → file. Cheap to clone: files are shared.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Tree(BTreeMap<String, Arc<File>>);

impl Tree {
    pub fn get(&self, path: &str) -> Option<&File> {
        self.0.get(path).map(Arc::as_ref)
    }

    pub fn put(&mut self, path: &str, content: Content) {
        self.0.insert(path.to_owned(), Arc::new(File::new(content)));
    }

    pub fn paths(&self) -> impl Iterator<Item = &String> {
        self.0.keys()
    }

    /// Changes the code of `path`; does nothing when there is no such module.
    pub fn edit_code(&mut self, path: &str, edit: impl FnOnce(&mut Module)) {
        if let Some(Content::Code(mut module)) = self.get(path).map(|file| file.content.clone()) {
            edit(&mut module);
            self.put(path, Content::Code(module));
        }
    }

    /// Changes the lines of `path`; does nothing when there is no such text.
    pub fn edit_text(&mut self, path: &str, edit: impl FnOnce(&mut Vec<String>)) {
        if let Some(Content::Text(mut lines)) = self.get(path).map(|file| file.content.clone()) {
            edit(&mut lines);
            self.put(path, Content::Text(lines));
        }
    }

    /// Paths whose files differ from `other`'s, in order.
    pub fn changed_from(&self, other: &Self) -> Vec<String> {
        let mut paths: Vec<String> = self.0.keys().chain(other.0.keys()).cloned().collect();
        paths.sort();
        paths.dedup();
        let differs = |path: &String| self.get(path).map(|f| &f.text) != other.get(path).map(|f| &f.text);
        paths.into_iter().filter(differs).collect()
    }

    /// Sets every wanted file in which `before` and `after` differ to what it is in `before`.
    pub fn revert(&mut self, before: &Self, after: &Self, wanted: impl Fn(&str) -> bool) {
        for path in after.changed_from(before).into_iter().filter(|path| wanted(path)) {
            match before.0.get(&path) {
                Some(file) => self.0.insert(path, Arc::clone(file)),
                None => self.0.remove(&path),
            };
        }
    }

    /// A revision's id: 40 hexadecimal digits of the content and the `parent` revision.
    pub fn revision(&self, parent: &str) -> String {
        let mut hash = Sha256::new();
        hash.update(parent);
        for (path, file) in &self.0 {
            hash.update(path);
            hash.update(&file.text);
        }
        hex40(&hash.finalize())
    }
}

/// The id of a file's content, 40 hexadecimal digits.
pub fn blob(text: &str) -> String {
    hex40(&Sha256::digest(text))
}

fn hex40(bytes: &[u8]) -> String {
    bytes.iter().take(20).fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

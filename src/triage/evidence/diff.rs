//! A deploy's unified diff, read tolerantly: what was changed where, never how to apply it.
//!
//! Own line reader rather than a patch parser: a diff is hostile data, and one malformed file must not hide the others. A test holds
//! it against `diffy` on well-formed input.

mod path;

use path::{header_paths, marker_path, unquote};

/// Most bytes of a diff that are read; the rest is dropped and `truncated` says so.
const MAX_BYTES: usize = 16 * 1024 * 1024;
/// Most bytes kept of one line.
const MAX_LINE_BYTES: usize = 2 * 1024;
/// Most files kept.
const MAX_FILES: usize = 20_000;

/// A unified diff, previous revision to this one.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Diff {
    pub files: Vec<FileChange>,
    /// It was longer than what is read.
    pub truncated: bool,
}

/// One file of a diff. A mode change, a binary or a pure rename has no hunks.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FileChange {
    /// `None`: created.
    pub old_path: Option<String>,
    /// `None`: deleted.
    pub new_path: Option<String>,
    pub binary: bool,
    pub hunks: Vec<Hunk>,
}

/// One `@@` block.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Hunk {
    /// First line in the old file.
    pub old_start: u32,
    /// First line in the new file.
    pub new_start: u32,
    /// What follows the second `@@`: the function, class or section that the tool found above the hunk.
    pub header: String,
    /// With line numbers of the new file.
    pub added: Vec<DiffLine>,
    /// With line numbers of the old file.
    pub removed: Vec<DiffLine>,
    /// Unchanged lines around, with line numbers of the new file.
    pub context: Vec<DiffLine>,
    /// Lines of the new file that changed: runs of added lines, and where lines were only removed the two lines around the cut.
    pub touched: Vec<LineRange>,
}

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DiffLine {
    /// 1-based.
    pub line: u32,
    pub text: String,
}

/// An inclusive range of lines.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LineRange {
    pub first: u32,
    pub last: u32,
}

impl LineRange {
    /// Lines between `line` and the range; 0 inside.
    #[must_use]
    pub const fn distance(self, line: u32) -> u32 {
        if line < self.first { self.first - line } else { line.saturating_sub(self.last) }
    }
}

impl Hunk {
    /// Mark (`+`, `-` or a blank), number and text of each line as the diff has them: where lines were replaced, the removed ones first.
    #[must_use]
    pub fn in_order(&self) -> Vec<(char, u32, &str)> {
        let (mut added, mut removed) = (self.added.iter().peekable(), self.removed.iter().peekable());
        let mut context = self.context.iter();
        let (mut old, mut new) = (self.old_start.max(1), self.new_start.max(1));
        let mut lines = Vec::new();
        loop {
            if let Some(line) = removed.next_if(|line| line.line <= old) {
                lines.push(('-', line.line, line.text.as_str()));
                old = line.line.saturating_add(1);
            } else if let Some(line) = added.next_if(|line| line.line <= new) {
                lines.push(('+', line.line, line.text.as_str()));
                new = line.line.saturating_add(1);
            } else if let Some(line) = context.next() {
                lines.push((' ', line.line, line.text.as_str()));
                old = old.saturating_add(1);
                new = line.line.saturating_add(1);
            } else {
                break;
            }
        }
        lines.extend(removed.map(|line| ('-', line.line, line.text.as_str())));
        lines.extend(added.map(|line| ('+', line.line, line.text.as_str())));
        lines
    }

    /// Whether a line is one that the hunk shows (of the new file, or a removed one of the old), or lies in what it touched.
    #[must_use]
    pub fn shows(&self, line: u32) -> bool {
        let mut lines = self.added.iter().chain(&self.removed).chain(&self.context);
        lines.any(|shown| shown.line == line) || self.touched.iter().any(|range| range.distance(line) == 0)
    }
}

impl FileChange {
    /// The path after the change; of a deleted file the one before; empty when the diff names none.
    #[must_use]
    pub fn path(&self) -> &str {
        self.new_path.as_deref().or(self.old_path.as_deref()).unwrap_or_default()
    }

    /// Lines between `line` of the new file and the nearest change; `None` without hunks.
    #[must_use]
    pub fn distance(&self, line: u32) -> Option<u32> {
        self.hunks.iter().flat_map(|hunk| &hunk.touched).map(|range| range.distance(line)).min()
    }
}

impl Diff {
    /// Reads a unified diff as git, hg and svn print it.
    ///
    /// # Errors
    /// When the text is not blank and holds no file header at all.
    pub fn parse(text: &str) -> Result<Self, String> {
        let (text, truncated) = if text.len() > MAX_BYTES { (clipped(text, MAX_BYTES), true) } else { (text, false) };
        let mut reader = Reader::default();
        for line in text.split('\n') {
            reader.line(line.strip_suffix('\r').unwrap_or(line));
        }
        reader.finish();
        if reader.files.is_empty() && !text.trim().is_empty() {
            return Err("no file header (`diff --git`, `---`/`+++`) in it: is it a unified diff?".to_owned());
        }
        Ok(Self { files: reader.files, truncated: truncated || reader.dropped })
    }

    /// Paths of all files, in the diff's order: what `changed_files` holds where the data set has none.
    #[must_use]
    pub fn paths(&self) -> Vec<String> {
        self.files.iter().map(|file| file.path().to_owned()).filter(|path| !path.is_empty()).collect()
    }
}

fn clipped(text: &str, bytes: usize) -> &str {
    &text[..text.floor_char_boundary(bytes)]
}

#[derive(Default)]
struct Reader {
    files: Vec<FileChange>,
    file: Option<FileChange>,
    /// A header has been read whose hunks have not begun: `---` and `+++` still belong to it.
    in_header: bool,
    hunk: Option<OpenHunk>,
    /// More than a lone `---` line speaks for the open file: such lines also occur in mails.
    announced: bool,
    dropped: bool,
}

struct OpenHunk {
    hunk: Hunk,
    old_left: u32,
    new_left: u32,
    old_line: u32,
    new_line: u32,
    run: Run,
}

/// What the run of changed lines being read has held so far.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Run {
    /// No run: the line before was unchanged.
    None,
    /// Only removed lines.
    Cut,
    /// Added lines, perhaps removed ones too.
    Added,
}

impl Reader {
    fn line(&mut self, line: &str) {
        if let Some(open) = &mut self.hunk {
            if open.push(line) {
                return;
            }
            self.close_hunk();
        }
        if line.starts_with("diff --git ") || line.starts_with("diff --cc ") || line.starts_with("Index: ") {
            self.start_file();
            let (old_path, new_path) = header_paths(line);
            self.header(|file| (file.old_path, file.new_path) = (old_path, new_path));
            self.announced = true;
        } else if let Some(rest) = line.strip_prefix("--- ") {
            if !self.in_header {
                self.start_file();
            }
            let path = marker_path(rest);
            self.header(|file| file.old_path = path);
        } else if let (true, Some(rest)) = (self.in_header, line.strip_prefix("+++ ")) {
            let path = marker_path(rest);
            self.header(|file| file.new_path = path);
            self.announced = true;
        } else if line.starts_with("@@ ") {
            self.in_header = false;
            self.hunk = if self.file.is_some() { OpenHunk::start(line) } else { None };
        } else if self.in_header {
            self.extended_header(line);
        }
    }

    fn extended_header(&mut self, line: &str) {
        if line.starts_with("new file mode ") {
            self.header(|file| file.old_path = None);
        } else if line.starts_with("deleted file mode ") {
            self.header(|file| file.new_path = None);
        } else if let Some(path) = line.strip_prefix("rename from ").or_else(|| line.strip_prefix("copy from ")) {
            self.header(|file| file.old_path = Some(unquote(path)));
        } else if let Some(path) = line.strip_prefix("rename to ").or_else(|| line.strip_prefix("copy to ")) {
            self.header(|file| file.new_path = Some(unquote(path)));
        } else if line.starts_with("Binary files ") || line.starts_with("GIT binary patch") {
            self.header(|file| file.binary = true);
        }
    }

    fn header(&mut self, set: impl FnOnce(&mut FileChange)) {
        if let Some(file) = &mut self.file {
            set(file);
        }
    }

    fn start_file(&mut self) {
        self.finish();
        self.dropped |= self.files.len() >= MAX_FILES;
        self.in_header = !self.dropped;
        self.file = if self.dropped { None } else { Some(FileChange::default()) };
    }

    fn close_hunk(&mut self) {
        if let (Some(open), Some(file)) = (self.hunk.take(), &mut self.file) {
            file.hunks.push(open.hunk);
        }
    }

    fn finish(&mut self) {
        self.close_hunk();
        self.files.extend(self.file.take().filter(|_| self.announced));
        self.announced = false;
    }
}

impl OpenHunk {
    /// `@@ -4490,7 +4490,6 @@ public class XYPlot`.
    fn start(line: &str) -> Option<Self> {
        let (ranges, header) = line.strip_prefix("@@ -")?.split_once(" @@")?;
        let (old, new) = ranges.split_once(" +")?;
        let ((old_start, old_left), (new_start, new_left)) = (range(old)?, range(new)?);
        // A side without lines names the line before the hunk; counting then starts after it.
        let first = |start: u32, count: u32| if count == 0 { start.saturating_add(1) } else { start };
        let hunk =
            Hunk { old_start, new_start, header: clipped(header.trim(), MAX_LINE_BYTES).to_owned(), ..Hunk::default() };
        let (old_line, new_line) = (first(old_start, old_left), first(new_start, new_left));
        Some(Self { hunk, old_left, new_left, old_line, new_line, run: Run::None })
    }

    /// Takes the line if it belongs to the hunk.
    fn push(&mut self, line: &str) -> bool {
        if line.starts_with('\\') {
            return true;
        }
        if self.old_left == 0 && self.new_left == 0 {
            return false;
        }
        match line.as_bytes().first() {
            Some(b'+') if self.new_left > 0 => self.add(&line[1..]),
            Some(b'-') if self.old_left > 0 => self.remove(&line[1..]),
            // Mailers strip the blank of an empty context line.
            Some(b' ') | None => self.keep(line.get(1..).unwrap_or_default()),
            _ => return false,
        }
        true
    }

    fn add(&mut self, text: &str) {
        let here = LineRange { first: self.new_line, last: self.new_line };
        self.hunk.added.push(kept(self.new_line, text));
        match (self.run, self.hunk.touched.last_mut()) {
            (Run::Cut, Some(last)) => *last = here,
            (Run::Added, Some(last)) => last.last = self.new_line,
            _ => self.hunk.touched.push(here),
        }
        self.run = Run::Added;
        self.new_line = self.new_line.saturating_add(1);
        self.new_left -= 1;
    }

    fn remove(&mut self, text: &str) {
        self.hunk.removed.push(kept(self.old_line, text));
        if self.run == Run::None {
            self.hunk.touched.push(LineRange { first: self.new_line.saturating_sub(1).max(1), last: self.new_line });
            self.run = Run::Cut;
        }
        self.old_line = self.old_line.saturating_add(1);
        self.old_left -= 1;
    }

    fn keep(&mut self, text: &str) {
        self.hunk.context.push(kept(self.new_line, text));
        self.run = Run::None;
        (self.old_line, self.new_line) = (self.old_line.saturating_add(1), self.new_line.saturating_add(1));
        (self.old_left, self.new_left) = (self.old_left.saturating_sub(1), self.new_left.saturating_sub(1));
    }
}

fn kept(line: u32, text: &str) -> DiffLine {
    DiffLine { line, text: clipped(text, MAX_LINE_BYTES).to_owned() }
}

/// Start and count of `4490,7` or `4490`.
fn range(text: &str) -> Option<(u32, u32)> {
    match text.split_once(',') {
        Some((start, count)) => Some((start.parse().ok()?, count.parse().ok()?)),
        None => Some((text.parse().ok()?, 1)),
    }
}

#[cfg(test)]
mod tests;

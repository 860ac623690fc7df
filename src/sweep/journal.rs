//! The records of a sweep that is under way, on disk: what a sweep that was stopped goes on from.

use super::Record;
use crate::model::UserError;
use serde::{Deserialize, Serialize};
use std::fs::{File, OpenOptions, TryLockError};
use std::io::{BufRead, BufReader, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

/// Its name in the sweep's folder.
pub const JOURNAL: &str = "journal.jsonl";

/// What the records of a journal were made from: nothing else goes on with them.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Origin {
    pub schema_version: u32,
    pub version: String,
    pub data_set_hash: String,
    /// SHA-256 of the price list.
    pub costs: String,
    /// SHA-256 of all trials.
    pub trials: String,
}

/// A file of one [`Origin`] and one [`Record`] a line. Every record is handed to the system when its trial is done: whoever kills the
/// program loses the trials under way. Locked while it is open.
pub struct Journal {
    file: File,
    path: PathBuf,
}

impl Journal {
    /// Begins a journal.
    ///
    /// # Errors
    /// When there is one already, or it cannot be written.
    pub fn begin(folder: &Path, origin: &Origin) -> Result<Self, UserError> {
        let path = folder.join(JOURNAL);
        std::fs::create_dir_all(folder).map_err(|e| io(folder, &e))?;
        if path.exists() {
            // One that is in use is told apart from one that was left.
            let file = OpenOptions::new().append(true).open(&path).map_err(|e| io(&path, &e))?;
            Self { file, path: path.clone() }.lock()?;
            let help = "--resume goes on with it; or name another folder with --out, or remove the file";
            return Err(UserError::new(path.display().to_string(), "a sweep was stopped here", help));
        }
        let file =
            OpenOptions::new().read(true).append(true).create_new(true).open(&path).map_err(|e| io(&path, &e))?;
        let mut journal = Self { file, path };
        journal.lock()?;
        journal.line(origin)?;
        Ok(journal)
    }

    /// Goes on with a journal: the records that it holds. A last line that was torn off is dropped.
    ///
    /// # Errors
    /// When it cannot be read, another program writes to it, it was made from something else, or a line within is damaged.
    pub fn resume(folder: &Path, origin: &Origin) -> Result<(Self, Vec<Record>), UserError> {
        let path = folder.join(JOURNAL);
        let file = OpenOptions::new().read(true).append(true).open(&path).map_err(|e| io(&path, &e))?;
        let mut journal = Self { file, path };
        journal.lock()?;
        let (records, whole) = journal.read(origin)?;
        journal.file.set_len(whole).map_err(|e| io(&journal.path, &e))?;
        journal.file.seek(SeekFrom::End(0)).map_err(|e| io(&journal.path, &e))?;
        Ok((journal, records))
    }

    /// Whether a sweep was stopped in a folder.
    #[must_use]
    pub fn is_in(folder: &Path) -> bool {
        folder.join(JOURNAL).exists()
    }

    /// Keeps the record of a trial.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn keep(&mut self, record: &Record) -> Result<(), UserError> {
        self.line(record)
    }

    /// Removes the journal of a sweep that is done.
    ///
    /// # Errors
    /// When it cannot be removed.
    pub fn remove(self) -> Result<(), UserError> {
        std::fs::remove_file(&self.path).map_err(|e| io(&self.path, &e))
    }

    fn lock(&self) -> Result<(), UserError> {
        self.file.try_lock().map_err(|error| match error {
            TryLockError::WouldBlock => UserError::new(
                self.path.display().to_string(),
                "another sweep is writing to it",
                "wait for it, or name another folder with --out",
            ),
            TryLockError::Error(error) => io(&self.path, &error),
        })
    }

    fn line(&mut self, value: &impl Serialize) -> Result<(), UserError> {
        let mut line = serde_json::to_vec(value).map_err(|e| UserError::new(JOURNAL, e.to_string(), ""))?;
        line.push(b'\n');
        self.file.write_all(&line).map_err(|e| io(&self.path, &e))
    }

    /// The records, and the length of what is whole.
    fn read(&mut self, origin: &Origin) -> Result<(Vec<Record>, u64), UserError> {
        let mut lines = BufReader::new(&self.file);
        let (mut records, mut whole, mut line) = (Vec::new(), 0, Vec::new());
        for number in 1.. {
            line.clear();
            let read = lines.read_until(b'\n', &mut line).map_err(|e| io(&self.path, &e))?;
            if read == 0 || line.last() != Some(&b'\n') {
                break;
            }
            whole += read as u64;
            if number == 1 {
                self.check(origin, &line)?;
                continue;
            }
            let record = serde_json::from_slice(&line).map_err(|error| {
                let place = format!("{}:{number}", self.path.display());
                UserError::new(place, format!("is no record: {error}"), "remove that line: its trial is replayed again")
            })?;
            records.push(record);
        }
        if whole == 0 {
            self.check(origin, &line)?;
        }
        Ok((records, whole))
    }

    fn check(&self, origin: &Origin, line: &[u8]) -> Result<(), UserError> {
        let error = |message: &str, help: &str| Err(UserError::new(self.path.display().to_string(), message, help));
        let begin = "begin anew: without --resume, in another folder";
        match serde_json::from_slice::<Origin>(line) {
            Ok(found) if found == *origin => Ok(()),
            Ok(found) if found.version != origin.version => {
                error(&format!("was begun by version {}, this is {}", found.version, origin.version), begin)
            }
            Ok(found) if found.data_set_hash != origin.data_set_hash => error("was begun on another data set", begin),
            Ok(found) if found.costs != origin.costs => error("was begun with another price list", begin),
            Ok(_) => error("was begun with another grid", begin),
            Err(_) => error("does not begin as the journal of a sweep does", begin),
        }
    }
}

fn io(path: &Path, error: &std::io::Error) -> UserError {
    UserError::new(path.display().to_string(), error.to_string(), "is the folder writable, and is there room?")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Tokens;

    fn origin() -> Origin {
        let text = || "a".to_owned();
        Origin { schema_version: 1, version: text(), data_set_hash: text(), costs: text(), trials: text() }
    }

    fn record(id: &str) -> Record {
        Record {
            id: id.to_owned(),
            evaluation: String::new(),
            windows: 3,
            alerts: 1,
            normalization: Tokens::default(),
            cases: Vec::new(),
            unreachable: vec![2],
        }
    }

    #[test]
    fn what_was_kept_is_read_again_and_a_torn_line_is_dropped() {
        let folder = tempfile::tempdir().unwrap();
        let mut journal = Journal::begin(folder.path(), &origin()).unwrap();
        journal.keep(&record("t1")).unwrap();
        journal.keep(&record("t2")).unwrap();
        drop(journal);
        let path = folder.path().join(JOURNAL);
        let whole = std::fs::read(&path).unwrap();
        for cut in 1..60 {
            std::fs::write(&path, &whole[..whole.len() - cut]).unwrap();
            let (mut journal, records) = Journal::resume(folder.path(), &origin()).unwrap();
            assert_eq!(records, [record("t1")], "{cut} bytes lost");
            journal.keep(&record("t2")).unwrap();
            drop(journal);
            assert_eq!(std::fs::read(&path).unwrap(), whole);
        }
        assert!(Journal::begin(folder.path(), &origin()).is_err(), "what was kept is not overwritten");
    }

    #[test]
    fn nothing_goes_on_with_what_was_made_from_something_else() {
        let folder = tempfile::tempdir().unwrap();
        let journal = Journal::begin(folder.path(), &origin()).unwrap();
        let busy = Journal::resume(folder.path(), &origin()).err().unwrap();
        assert!(busy.message.contains("another sweep"), "{busy}");
        drop(journal);
        let other = Origin { trials: "b".to_owned(), ..origin() };
        let error = Journal::resume(folder.path(), &other).err().unwrap();
        assert!(error.message.contains("another grid"), "{error}");
        std::fs::write(folder.path().join(JOURNAL), "{}\n").unwrap();
        assert!(Journal::resume(folder.path(), &origin()).is_err());
        std::fs::write(folder.path().join(JOURNAL), "").unwrap();
        assert!(Journal::resume(folder.path(), &origin()).is_err());
    }

    #[test]
    fn a_damaged_line_is_told_with_its_number() {
        let folder = tempfile::tempdir().unwrap();
        let mut journal = Journal::begin(folder.path(), &origin()).unwrap();
        journal.keep(&record("t1")).unwrap();
        drop(journal);
        let path = folder.path().join(JOURNAL);
        let text = std::fs::read_to_string(&path).unwrap();
        std::fs::write(&path, format!("{text}{{\"id\":\n{{}}\n")).unwrap();
        let error = Journal::resume(folder.path(), &origin()).err().unwrap();
        assert!(error.place.ends_with("journal.jsonl:3"), "{error}");
    }
}

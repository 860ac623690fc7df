//! The data set on disk: what it holds (`docs/data-set.md`), how it is read, checked, hashed and written.

mod count_series;
mod dictionary;
mod diffs;
mod events;
mod hash;
mod intake;
mod labelled_cases;
mod labelled_files;
mod labelled_pairs;
mod labelled_texts;
mod labelled_windows;
mod lines;
mod load;
mod manifest;
mod parquet;
mod recorded_verdicts;
mod records;
mod reviews;
mod source;
mod store;
mod table;
mod toml_file;
mod traffic;

pub use count_series::{CountRow, CountSeries};
pub use dictionary::Dictionary;
pub use intake::{Intake, Reject, RejectPolicy, Tally};
pub use labelled_cases::{Candidate, LabelledCase, RankCase, labelled_cases, rank_cases};
pub use labelled_pairs::{
    LabelledPair, PAIRS, PairAnswer, PairStratum, PairText, append_pair, exported_pairs, labelled_pairs, pair_key,
};
pub use labelled_texts::{LabelColumns, LabelledRow, LabelledTexts, labelled_texts};
pub use labelled_windows::{LabelledWindow, labelled_windows};
pub use lines::{nearest, pattern_of};
pub use load::{DataSet, load};
pub use manifest::{Labels, Manifest};
pub use recorded_verdicts::{CitedPlace, RecordedVerdict, recorded_verdicts};
pub use records::{RecordRef, Records};
pub use reviews::{Finding, Review, Sampled};
pub use source::{name as file_name, read_text};
pub use store::{SetFiles, store};
pub use toml_file::{parse_toml, plain, read_toml};
pub use traffic::{Steps, TrafficTable, steps_in};

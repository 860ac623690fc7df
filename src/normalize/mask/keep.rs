//! What masks of structured text leave of it.

use serde::{Deserialize, Serialize};

/// What is kept of a URL; each keeps what those before it keep.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum UrlKeep {
    /// `<url>`
    #[default]
    Nothing,
    /// `https://<url>`
    Scheme,
    /// `https://api.example.com/<url>`, without user and port.
    Host,
    /// `https://api.example.com/v1/orders/<id>`: parts of the path that look like ids are masked, the query is dropped.
    Path,
}

impl UrlKeep {
    #[must_use]
    #[allow(clippy::trivially_copy_pass_by_ref)] // serde's signature
    pub fn is_nothing(&self) -> bool {
        *self == Self::Nothing
    }
}

/// What is kept of a file's path.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PathKeep {
    /// `<path>`
    #[default]
    Nothing,
    /// `<path>.log`
    Extension,
    /// `<path>/server.log`; the last part is masked as in `shape`.
    Last,
    /// `/var/log/<id>/server.log`: parts that look like ids are masked.
    Shape,
}

impl PathKeep {
    #[must_use]
    #[allow(clippy::trivially_copy_pass_by_ref)] // serde's signature
    pub fn is_nothing(&self) -> bool {
        *self == Self::Nothing
    }
}

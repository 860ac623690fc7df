use super::{Budget, Mode};
use std::sync::Arc;

/// What a command adds to an endpoint's configuration; by default nothing.
#[derive(Clone, Default)]
pub struct Access {
    /// Instead of the configuration's.
    pub mode: Option<Mode>,
    /// Shared with other endpoints; beside the configuration's own caps.
    pub budget: Option<Arc<Budget>>,
}

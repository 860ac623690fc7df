//! The grids that come with the program: `grids/*.toml`.

use super::{Grid, read_grid};
use crate::model::UserError;
use std::path::Path;

/// A shipped grid.
pub struct ShippedGrid {
    pub name: &'static str,
    pub toml: &'static str,
}

/// All shipped grids; each is built on a preset, so that it needs no other file.
pub const GRIDS: [ShippedGrid; 3] = [
    ShippedGrid { name: "first-look", toml: include_str!("../../../grids/first-look.toml") },
    ShippedGrid { name: "thresholds", toml: include_str!("../../../grids/thresholds.toml") },
    ShippedGrid { name: "windows", toml: include_str!("../../../grids/windows.toml") },
];

impl ShippedGrid {
    #[must_use]
    pub fn find(name: &str) -> Option<&'static Self> {
        GRIDS.iter().find(|grid| grid.name == name)
    }

    /// # Errors
    /// Never for a grid as shipped.
    pub fn grid(&self) -> Result<Grid, UserError> {
        read_grid(self.toml, &format!("grids/{}.toml", self.name), Path::new(""))
    }
}

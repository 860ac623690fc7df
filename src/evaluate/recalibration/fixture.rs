use super::points::Point;
use crate::model::Instant;

/// A labelled pair that stands for itself.
pub fn point(distance: f64, same: bool) -> Point {
    Point { at: Instant::default(), distance, same, weight: 1.0, stratum: 0, merged: None }
}

//! Points in the space of vectors, held place by place.

/// A list of vectors as columns, one for each place: a vector that is zero in most places is held against all of them by reading
/// few columns.
#[derive(Clone, Default)]
pub struct Points {
    count: usize,
    columns: Vec<Vec<f32>>,
}

impl Points {
    /// Adds a point; places that it, or an earlier one, lacks are zero.
    pub fn push(&mut self, point: &[f32]) {
        let places = point.len().max(self.columns.len());
        self.columns.resize_with(places, || vec![0.0; self.count]);
        for (place, column) in self.columns.iter_mut().enumerate() {
            column.push(point.get(place).copied().unwrap_or(0.0));
        }
        self.count += 1;
    }

    /// Inner products with the first `count` points; each is summed in the order of the places.
    pub fn products(&self, vector: &[f32], count: usize) -> Vec<f32> {
        let mut products = vec![0.0; count.min(self.count)];
        for (column, x) in self.columns.iter().zip(vector).filter(|(_, x)| **x != 0.0) {
            for (product, place) in products.iter_mut().zip(column) {
                *product += x * place;
            }
        }
        products
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn missing_places_are_zero() {
        let mut points = Points::default();
        for point in [&[][..], &[2.0, 1.0], &[1.0]] {
            points.push(point);
        }
        assert_eq!(points.products(&[1.0, 3.0, 9.0], 9), [0.0, 5.0, 1.0]);
        assert!(Points::default().products(&[1.0], 1).is_empty());
    }

    proptest! {
        #[test]
        fn equals_one_product_after_the_other(
            points in prop::collection::vec(prop::collection::vec(-2i8..3, 4), 0..12),
            vector in prop::collection::vec(-2i8..3, 4),
            count in 0usize..12,
        ) {
            let floats = |small: &[i8]| small.iter().map(|x| f32::from(*x)).collect::<Vec<_>>();
            let mut all = Points::default();
            for point in &points {
                all.push(&floats(point));
            }
            let product = |p: &Vec<i8>| p.iter().zip(&vector).map(|(a, b)| f32::from(a * b)).sum::<f32>();
            let expected: Vec<f32> = points.iter().take(count).map(product).collect();
            prop_assert_eq!(all.products(&floats(&vector), count), expected);
        }
    }
}

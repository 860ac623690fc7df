//! How well a normaliser groups messages, group by group.

use super::contingency::Contingency;

/// Grouping accuracy of predicted groups (signatures) against true ones (templates). A group is correct if its messages are
/// exactly those of a group of the other side.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Grouping {
    pub true_groups: u64,
    pub predicted_groups: u64,
    /// Groups that both sides have.
    pub correct_groups: u64,
    messages: u64,
    correct_messages: u64,
    split_messages: u64,
    merged_messages: u64,
}

impl Grouping {
    /// `truth[i]` and `predicted[i]` are the groups of message `i`. `None` for lists of different lengths.
    #[must_use]
    pub fn of<T: Ord, P: Ord>(truth: &[T], predicted: &[P]) -> Option<Self> {
        Contingency::of(truth, predicted).map(|table| Self::of_table(&table))
    }

    /// As [`Grouping::of`], of rows that stand for `counts[i]` messages each, at least 1. `None` for lists of different lengths.
    #[must_use]
    pub fn weighted<T: Ord, P: Ord>(truth: &[T], predicted: &[P], counts: &[u64]) -> Option<Self> {
        Contingency::weighted(truth, predicted, counts).map(|table| Self::of_table(&table))
    }

    fn of_table(table: &Contingency) -> Self {
        let mut parts = vec![0_u64; table.rows.len()];
        let mut sources = vec![0_u64; table.columns.len()];
        for &(row, column) in table.cells.keys() {
            parts[row] += 1;
            sources[column] += 1;
        }
        let mut merged = vec![false; table.rows.len()];
        let (mut correct_groups, mut correct_messages) = (0, 0);
        for (&(row, column), &count) in &table.cells {
            merged[row] |= sources[column] > 1;
            if parts[row] == 1 && sources[column] == 1 {
                correct_groups += 1;
                correct_messages += count;
            }
        }
        let messages_where = |holds: &dyn Fn(usize) -> bool| {
            table.rows.iter().enumerate().filter(|(row, _)| holds(*row)).map(|(_, size)| size).sum()
        };
        Self {
            true_groups: table.rows.len() as u64,
            predicted_groups: table.columns.len() as u64,
            correct_groups,
            messages: table.total,
            correct_messages,
            split_messages: messages_where(&|row| parts[row] > 1),
            merged_messages: messages_where(&|row| merged[row]),
        }
    }

    /// Grouping accuracy (Zhu et al., ICSE-SEIP 2019): share of messages in correct groups. `None` without messages, as all
    /// other shares here.
    #[must_use]
    pub fn accuracy(&self) -> Option<f64> {
        share(self.correct_messages, self.messages)
    }

    /// Correct groups ÷ predicted groups.
    #[must_use]
    pub fn precision(&self) -> Option<f64> {
        share(self.correct_groups, self.predicted_groups)
    }

    /// Correct groups ÷ true groups.
    #[must_use]
    pub fn recall(&self) -> Option<f64> {
        share(self.correct_groups, self.true_groups)
    }

    /// F1 over groups (FGA; Jiang et al., ISSTA 2024): rare templates weigh as much as frequent ones.
    #[must_use]
    pub fn f1(&self) -> Option<f64> {
        share(2 * self.correct_groups, self.predicted_groups + self.true_groups)
    }

    /// Share of messages whose true group is spread over several predicted ones: the normaliser is too fine for them.
    #[must_use]
    pub fn split_rate(&self) -> Option<f64> {
        share(self.split_messages, self.messages)
    }

    /// Share of messages whose true group has part in a predicted group together with another: too coarse for them.
    #[must_use]
    pub fn merge_rate(&self) -> Option<f64> {
        share(self.merged_messages, self.messages)
    }
}

fn share(part: u64, whole: u64) -> Option<f64> {
    (whole > 0).then(|| part as f64 / whole as f64)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn no_messages() {
        let got = Grouping::of::<u8, u8>(&[], &[]).unwrap();
        assert_eq!((got.accuracy(), got.f1(), got.split_rate()), (None, None, None));
        assert_eq!(Grouping::of(&[1], &[1, 2]), None);
    }

    #[test]
    fn one_stray_message_spoils_both_groups() {
        let got = Grouping::of(&["a", "a", "a", "b", "b", "c"], &[1, 1, 2, 2, 2, 3]).unwrap();
        assert_eq!((got.correct_groups, got.true_groups, got.predicted_groups), (1, 3, 3));
        assert_eq!((got.accuracy(), got.split_rate(), got.merge_rate()), (Some(1.0 / 6.0), Some(0.5), Some(5.0 / 6.0)));
    }

    proptest! {
        #[test]
        fn a_weight_stands_for_as_many_messages(rows in prop::collection::vec((0..5u8, 0..5u8, 1..4u64), 1..20)) {
            let expand = |of: fn(&(u8, u8, u64)) -> u8| -> Vec<u8> {
                rows.iter().flat_map(|row| (0..row.2).map(move |_| of(row))).collect()
            };
            let (truth, predicted) = (expand(|row| row.0), expand(|row| row.1));
            let column = |of: fn(&(u8, u8, u64)) -> u8| rows.iter().map(of).collect::<Vec<u8>>();
            let counts: Vec<u64> = rows.iter().map(|row| row.2).collect();
            let weighted = Grouping::weighted(&column(|row| row.0), &column(|row| row.1), &counts);
            prop_assert_eq!(weighted, Grouping::of(&truth, &predicted));
        }

        #[test]
        fn a_message_is_correct_unless_its_group_is_split_or_merged(items in prop::collection::vec((0..6u8, 0..6u8), 1..40)) {
            let (truth, predicted): (Vec<u8>, Vec<u8>) = items.into_iter().unzip();
            let members = |groups: &[u8], i: usize| -> Vec<bool> { groups.iter().map(|group| *group == groups[i]).collect() };
            let correct = (0..truth.len()).filter(|&i| members(&truth, i) == members(&predicted, i)).count();
            let got = Grouping::of(&truth, &predicted).unwrap();
            prop_assert_eq!(got.correct_messages, correct as u64);
            prop_assert!(got.split_messages.max(got.merged_messages) <= got.messages - got.correct_messages);
            prop_assert!(got.split_messages + got.merged_messages >= got.messages - got.correct_messages);
        }
    }
}

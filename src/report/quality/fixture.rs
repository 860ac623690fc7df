use crate::dataset::LabelledTexts;
use crate::normalize::quality::NormalizerScore;
use crate::normalize::{Cut, NormalizerSpec, RulesSpec};

/// Two systems: one in which both mistakes are made, with a hostile name and text, and one without any.
pub(in crate::report) fn scored() -> Vec<NormalizerScore> {
<<<<<<< HEAD
    let spec = NormalizerSpec::Rules(RulesSpec { masks: Vec::new(), truncate: Some(crate::normalize::Cut::Plain(6)) });
=======
    let spec = NormalizerSpec::Rules(RulesSpec { masks: Vec::new(), truncate: Some(Cut::Plain(6)) });
>>>>>>> 89d7299 (normalize label and recalibrate: people's answers about pairs set thresholds and judge masks over time, because a grouping drifts with every deploy)
    let mut a = LabelledTexts::new("a|b\u{1b}[31m");
    for n in 0..3 {
        a.push(&format!("n{n}"), "n<*>");
    }
    a.push("mergedX\u{202e}", "x");
    a.push("mergedY", "y");
    let mut b = LabelledTexts::new("b");
    b.push("one", "one");
    NormalizerScore::of("plain", &spec, &[a, b]).into_iter().collect()
}

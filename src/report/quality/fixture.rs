use crate::dataset::LabelledTexts;
use crate::normalize::quality::NormalizerScore;
use crate::normalize::{Cut, NormalizerSpec, RulesSpec};

/// Two systems: one in which both mistakes are made, with a hostile name and text, and one without any.
pub(in crate::report) fn scored() -> Vec<NormalizerScore> {
    let spec = NormalizerSpec::Rules(RulesSpec { masks: Vec::new(), truncate: Some(Cut::Plain(6)) });
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

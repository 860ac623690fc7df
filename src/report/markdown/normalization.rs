//! `normalization.md`: how errors were grouped, what looks split or merged, and what that costs detection.

use super::super::number::{count, decimal, estimate, percent, plural};
use super::bullets;
use super::escape::{code, md, table};
use crate::evaluate::{Evaluation, Family, NewByDeploy, Normalization, Signature, Suspect};
use crate::report::shown::excerpt;
use crate::stats::Estimate;

/// Characters of a signature or a message.
const TEXT: usize = 160;
/// Above it the grouping is too fine (statistics.md §7).
const MISSING_MASS: f64 = 0.05;

/// A message's beginning and end: long ones often differ in the latter only.
fn both_ends(text: &str) -> String {
    let length = text.chars().count();
    if length <= TEXT {
        return text.to_owned();
    }
    let half = TEXT / 2;
    let (head, tail): (String, String) =
        (text.chars().take(half).collect(), text.chars().skip(length - half).collect());
    format!("{head} … {tail}")
}

/// The paragraph of `report.md` that leads to the page.
pub fn section(n: &Normalization) -> String {
    format!(
        "## How errors were grouped\n\n{} in {} distinct messages became {}; {} of them were seen once. {} [All about it: \
         the biggest signatures, what looks split, what looks merged](normalization.md).\n",
        plural(n.records, "record"),
        count(n.messages),
        plural(n.signatures, "signature"),
        estimate(&n.fragmentation.seen_once),
        verdict(n)
    )
}

/// One sentence on the side to which the grouping errs.
fn verdict(n: &Normalization) -> String {
    let mass = n.missing_mass.map_or_else(|| "–".to_owned(), percent);
    let families = n.fragmentation.families_found;
    let fine = format!("The next record opens a new signature with a chance of {mass}");
    match n.missing_mass {
        Some(mass) if mass > MISSING_MASS => format!("{fine}: above 5 %, the grouping is **too fine**."),
        _ if families > 0 => format!(
            "{fine}; {} signatures stand in {} families that differ in one word only.",
            count(n.fragmentation.signatures_in_families),
            count(families)
        ),
        _ => format!("{fine}."),
    }
}

/// The page.
pub fn page(e: &Evaluation, n: &Normalization) -> String {
    let manifest = &e.manifest;
    let sections = [
        format!("# How {} groups {}\n", md(&manifest.pipeline.resolved.name), md(&manifest.data_set)),
        format!(
            "Over the whole data set, under the last fit where the normalizer learns. None of this needs labels, so none of it is \
             proof: it says where to look. {}\n",
            verdict(n)
        ),
        facts(n),
        power(n, &manifest.pipeline.resolved.name),
        families(n),
        suspects(n),
        biggest(n),
        drift(n),
    ];
    sections.join("\n")
}

fn facts(n: &Normalization) -> String {
    let mass = |mass: Option<f64>| mass.map_or_else(|| "–".to_owned(), percent);
    let row = |what: &str, value: String, then: &str| vec![what.to_owned(), value, then.to_owned()];
    let share = |e: &Estimate| estimate(e);
    let f = &n.fragmentation;
    let c = &n.collapse;
    let rows = [
        row("records", count(n.records), ""),
        row("distinct messages", count(n.messages), ""),
        row("signatures", count(n.signatures), ""),
        row(
            "chance that the next record is of a new signature",
            format!("{} (with 95 % confidence at most {})", mass(n.missing_mass), mass(n.missing_mass_upper)),
            "above 5 %: mask more, or learn templates",
        ),
        row("signatures seen once", share(&f.seen_once), "high: variable parts survive"),
        row("signatures seen within one hour only", share(&f.in_one_hour), "they have no baseline when they come"),
        row("signatures one word from another", share(&f.one_word_apart), "see the families below"),
        row("signatures of several exception types", share(&c.several_exception_types), "high: errors are merged"),
        row(
            "signatures of several innermost frames",
            share(&c.several_frames),
            "the same, or one error from many callers",
        ),
        row("signatures of several services", share(&c.several_services), "fine for shared libraries"),
    ];
    format!("## In numbers\n\n{}", table(&["what", "value", "what it would tell"], false, &rows))
}

fn power(n: &Normalization, name: &str) -> String {
    let p = &n.power;
    let times = |factor: Option<f64>| factor.map_or_else(|| "–".to_owned(), |f| format!("{} ×", decimal(f)));
    let rows = [
        vec![
            "records beyond expectation that the median record's signature needs to flag".to_owned(),
            p.median_excess.map_or_else(|| "–".to_owned(), decimal),
        ],
        vec!["one error spread over a family: the spike must be larger by, median".to_owned(), times(p.split_factor)],
        vec!["the same, worst family".to_owned(), times(p.worst_split_factor)],
        vec![
            "the second most frequent exception type of a signature of several: its spike must be larger by, median"
                .to_owned(),
            times(p.merge_factor),
        ],
    ];
    format!(
        "## What it costs detection\n\n{}\nThe smallest count in 60 minutes that is improbable at α = {} under a Poisson law of the \
         signature's mean rate: what any detector needs at least. **What to do:** where a factor is well above 1, compare with another \
         normalizer: {}.\n",
        table(&["what", "value"], true, &rows),
        p.alpha,
        code(&format!("shakedown normalize diff DATASET --a {name} --b general-2026"))
    )
}

fn families(n: &Normalization) -> String {
    let told = |family: &Family| {
        let values: Vec<String> = family.values.iter().map(|value| code(&excerpt(value, 40))).collect();
        let more = if family.signatures > values.len() as u64 { ", …" } else { "" };
        format!(
            "- {}: {}, {}; `<?>` is {}{more}\n",
            code(&excerpt(&family.pattern, TEXT)),
            plural(family.signatures, "signature"),
            plural(family.records, "record"),
            values.join(", ")
        )
    };
    let list: String = n.fragmentation.families.iter().map(told).collect();
    let list = if list.is_empty() { "None of three or more.\n".to_owned() } else { list };
    format!(
        "## What looks split\n\nSignatures that are the same but for one word. Codes and table names tell errors apart; names, ids and \
         amounts do not: mask those. {} in {} families of three or more; the largest:\n\n{list}",
        plural(n.fragmentation.signatures_in_families, "signature"),
        count(n.fragmentation.families_found)
    )
}

fn suspects(n: &Normalization) -> String {
    let told = |suspect: &Suspect| {
        let names: Vec<String> = suspect.names.iter().map(|name| code(&excerpt(name, 60))).collect();
        format!(
            "- {}: {}, {}, {}, {}: {}\n",
            code(&excerpt(&suspect.signature, TEXT)),
            plural(suspect.records, "record"),
            plural(suspect.exception_types, "exception type"),
            plural(suspect.frames, "innermost frame"),
            plural(suspect.services, "service"),
            names.join(", ")
        )
    };
    let list: String = n.collapse.suspects.iter().map(told).collect();
    let list = if list.is_empty() {
        "None: no signature has several exception types or frames. Where signatures are made of them that says nothing: compare with \
         another normalizer (`shakedown normalize diff`).\n"
            .to_owned()
    } else {
        list
    };
    format!(
        "## What looks merged\n\nSignatures in which several exception types or innermost frames meet. A fix for one of them leaves the \
         others, and a rise of one drowns in the rest.\n\n{list}"
    )
}

fn biggest(n: &Normalization) -> String {
    let told = |one: &Signature| {
        let examples: String =
            one.examples.iter().fold(String::new(), |list, example| list + "  - " + &code(&both_ends(example)) + "\n");
        let services: Vec<String> = one.services.iter().take(5).map(|service| md(service)).collect();
        format!(
            "- {}: {}, {}, {}\n{examples}",
            code(&excerpt(&one.signature, TEXT)),
            plural(one.records, "record"),
            plural(one.messages, "message"),
            services.join(", ")
        )
    };
    let list: String = n.biggest.iter().map(told).collect();
    format!("## The biggest signatures\n\nEach with its most frequent raw messages.\n\n{list}")
}

fn drift(n: &Normalization) -> String {
    let rows: Vec<Vec<String>> = n
        .weeks
        .iter()
        .map(|week| vec![week.start.minute(), count(week.records), estimate(&week.new_signatures)])
        .collect();
    let told = |d: &NewByDeploy| {
        format!("{}: {} in the day before, {} in the day after", md(&d.deploy), count(d.before), count(d.after))
    };
    let deploys = bullets(n.deploys.iter().map(told));
    let deploys = if deploys.is_empty() { "None.\n".to_owned() } else { deploys };
    format!(
        "## As time passes\n\nThe share of new signatures falls at first, because everything is new once; where it rises again, messages \
         have changed and the rules have not.\n\n{}\nDeploys after which the most signatures of their services came for the first \
         time:\n\n{deploys}",
        table(&["week from", "records", "signatures never seen before"], true, &rows)
    )
}

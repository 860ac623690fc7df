//! What another normalizer does to the same records, for a terminal and as Markdown.

use super::markdown::{code, md};
use super::number::{Unit, count, difference, estimate, maybe_percent, plural, range};
use super::style::{Style, pad, wrap};
use super::terminal::metric;
use crate::evaluate::{CaseChange, Change, Comparison, Pair, Regrouped, Regrouping, Side, Under, WindowChange};
use crate::model::Action;
use crate::report::shown::excerpt;

/// Sets of signatures told of each kind, signatures of a set, and windows of a set.
const SETS: usize = 8;
const SIGNATURES: usize = 3;
const WINDOWS: usize = 4;
/// Cases told of each side.
const CASES: usize = 12;
/// Characters of a signature or a message.
const TEXT: usize = 80;
/// Characters of a line, its indent left out.
const WIDTH: usize = 92;

/// What the text is written on.
#[derive(Clone, Copy)]
enum Paper {
    Terminal(Style),
    Markdown,
}

/// For a terminal.
#[must_use]
pub fn terminal(regrouping: &Regrouping, comparison: &Comparison, data_set: &str, style: Style) -> String {
    page(Paper::Terminal(style), regrouping, comparison, data_set)
}

/// As Markdown.
#[must_use]
pub fn markdown(regrouping: &Regrouping, comparison: &Comparison, data_set: &str) -> String {
    page(Paper::Markdown, regrouping, comparison, data_set)
}

fn page(paper: Paper, told: &Regrouping, comparison: &Comparison, data_set: &str) -> String {
    let mut lines = vec![
        paper.title(&format!("{} → {} on {}", paper.name(&told.a), paper.name(&told.b), paper.name(data_set))),
        paper.note("The same records under another normalizer (a → b); every stage after it is the same."),
        String::new(),
    ];
    lines.extend(totals(paper, told, comparison));
    for change in [Change::Merged, Change::Split, Change::Rearranged] {
        lines.extend(section(paper, told, change));
    }
    lines.extend(cases(paper, told));
    lines.join("\n") + "\n"
}

impl Paper {
    fn title(self, text: &str) -> String {
        match self {
            Self::Terminal(style) => style.bold(text),
            Self::Markdown => format!("# {text}\n"),
        }
    }

    fn heading(self, text: &str) -> String {
        match self {
            Self::Terminal(style) => format!("\n{}", style.bold(text)),
            Self::Markdown => format!("\n## {text}\n"),
        }
    }

    fn note(self, text: &str) -> String {
        match self {
            Self::Terminal(style) => format!("  {}", style.dim(text)),
            Self::Markdown => text.to_owned(),
        }
    }

    fn item(self, text: &str) -> String {
        match self {
            Self::Terminal(_) => format!("  {text}"),
            Self::Markdown => format!("- {text}"),
        }
    }

    fn sub_item(self, text: &str) -> String {
        match self {
            Self::Terminal(_) => format!("      {}", wrap(text, WIDTH).join("\n        ")),
            Self::Markdown => format!("  - {text}"),
        }
    }

    /// A name of the data set's.
    fn name(self, text: &str) -> String {
        match self {
            Self::Terminal(_) => excerpt(text, 60),
            Self::Markdown => md(text),
        }
    }

    /// Words out of a log.
    fn quote(self, text: &str) -> String {
        match self {
            Self::Terminal(_) => excerpt(text, TEXT),
            Self::Markdown => code(&excerpt(text, TEXT)),
        }
    }
}

fn arrow(pair: Pair) -> String {
    format!("{} → {}", count(pair.a), count(pair.b))
}

fn totals(paper: Paper, told: &Regrouping, comparison: &Comparison) -> Vec<String> {
    let row = |name: &str, text: &str| match paper {
        Paper::Terminal(_) => format!("  {} {text}", pad(name, 28)),
        Paper::Markdown => format!("| {name} | {text} |"),
    };
    let same = format!(
        "{} ({} the same under both, {})",
        arrow(told.signatures),
        count(told.unchanged.signatures),
        plural(told.unchanged.records, "record")
    );
    let mut lines: Vec<String> = match paper {
        Paper::Markdown => vec!["| | a → b |".to_owned(), "| --- | --- |".to_owned()],
        Paper::Terminal(_) => Vec::new(),
    };
    lines.push(row("signatures", &same));
    if let Some(agreement) = &told.agreement {
        let (share, assigned) = (agreement.together, estimate(&agreement.assigned));
        let ends = share.low.zip(share.high).map_or_else(String::new, |(low, high)| format!(" {}", range(low, high)));
        lines.push(row("messages kept together", &format!("{}{ends} of pairs", maybe_percent(share.value))));
        lines.push(row("messages of the same name", &assigned));
    }
    lines.push(row("alerts", &arrow(told.alerts)));
    lines.push(row("cases", &arrow(told.cases)));
    for d in comparison.differences.iter().filter(|d| d.difference.is_some()) {
        let (name, unit): (&str, Unit) = metric(d.metric);
        lines.push(row(name, &format!("{} (b − a, 95 %)", difference(d.difference.as_ref(), unit))));
    }
    lines
}

fn section(paper: Paper, told: &Regrouping, change: Change) -> Vec<String> {
    let mut sets: Vec<&Regrouped> = told.changes.iter().filter(|one| one.change == change).collect();
    if sets.is_empty() {
        return Vec::new();
    }
    // What changes an alert first; the order by records is kept among equals.
    sets.sort_by_key(|one| std::cmp::Reverse(one.windows.len()));
    let signatures = |side: fn(&Regrouped) -> usize| sets.iter().map(|&one| side(one) as u64).sum::<u64>();
    let pair = Pair { a: signatures(|one| one.a.len()), b: signatures(|one| one.b.len()) };
    let (name, meaning) = match change {
        Change::Merged => {
            ("Merges", "b makes one signature of several: a splits one error, or b takes several for one")
        }
        Change::Split => {
            ("Splits", "b makes several signatures of one: a takes several errors for one, or b splits one")
        }
        Change::Rearranged => ("Rearranges", "several signatures of a become several others that share their records"),
    };
    let changed = sets.iter().filter(|one| !one.windows.is_empty()).count() as u64;
    let sum = format!(
        "{name}: {}, {} signatures; alerts change in {}",
        plural(sets.len() as u64, "set"),
        arrow(pair),
        count(changed)
    );
    let mut lines = vec![paper.heading(&sum), paper.note(meaning)];
    lines.extend(sets.iter().take(SETS).flat_map(|one| set(paper, one)));
    if sets.len() > SETS {
        lines.push(paper.item(&format!("… {} more (all of them: --format json)", count((sets.len() - SETS) as u64))));
    }
    lines
}

fn set(paper: Paper, one: &Regrouped) -> Vec<String> {
    let services: Vec<String> = one.services.iter().take(4).map(|service| paper.name(service)).collect();
    let more = if one.services.len() > 4 { " …" } else { "" };
    let head = format!(
        "{} · {}{more} · {} signatures · alerts {}, that hit an incident {}",
        plural(one.records, "record"),
        services.join(", "),
        arrow(Pair { a: one.a.len() as u64, b: one.b.len() as u64 }),
        arrow(one.alerts),
        arrow(one.hits)
    );
    let mut lines = vec![paper.item(&head)];
    lines.extend(sides(paper, "a", &one.a));
    lines.extend(sides(paper, "b", &one.b));
    let windows = |under: Under, words: &str| {
        let changed: Vec<&WindowChange> = one.windows.iter().filter(|window| window.under == under).collect();
        (!changed.is_empty()).then(|| paper.sub_item(&format!("{words}: {}", told_windows(paper, &changed))))
    };
    lines.extend(windows(Under::A, "no alert any more"));
    lines.extend(windows(Under::B, "alert only now"));
    lines
}

fn sides(paper: Paper, name: &str, sides: &[Side]) -> Vec<String> {
    let line = |side: &Side| {
        let types = if side.exception_types > 1 {
            format!(", {} exception types", count(side.exception_types))
        } else {
            String::new()
        };
        paper.sub_item(&format!("{name} {} ({}{types})", paper.quote(&side.signature), count(side.records)))
    };
    let mut lines: Vec<String> = sides.iter().take(SIGNATURES).map(line).collect();
    if sides.len() > SIGNATURES {
        lines.push(paper.sub_item(&format!("{name} … {} more", count((sides.len() - SIGNATURES) as u64))));
    }
    lines
}

fn told_windows(paper: Paper, windows: &[&WindowChange]) -> String {
    // Those that hit an incident are what the reader looks for.
    let mut windows = windows.to_vec();
    windows.sort_by_key(|window| window.hits.is_empty());
    let told = windows.iter().take(WINDOWS).map(|window| {
        format!("{}/{} ({})", paper.name(&window.deploy), paper.name(&window.service), hits(paper, &window.hits))
    });
    let mut text = told.collect::<Vec<String>>().join(", ");
    if windows.len() > WINDOWS {
        text = format!("{text}, {} more", count((windows.len() - WINDOWS) as u64));
    }
    text
}

fn hits(paper: Paper, incidents: &[String]) -> String {
    if incidents.is_empty() {
        return "hits no incident".to_owned();
    }
    incidents.iter().map(|id| paper.name(id)).collect::<Vec<_>>().join(" ")
}

fn cases(paper: Paper, told: &Regrouping) -> Vec<String> {
    let mut lines = Vec::new();
    for (under, words) in [(Under::A, "Cases that only a makes"), (Under::B, "Cases that only b makes")] {
        let mut only: Vec<&CaseChange> = told.case_changes.iter().filter(|case| case.under == under).collect();
        if only.is_empty() {
            continue;
        }
        only.sort_by_key(|case| case.hits.is_empty());
        let right = only.iter().filter(|case| !case.hits.is_empty()).count() as u64;
        let heading = format!("{words}: {}, {} of them hit an incident", count(only.len() as u64), count(right));
        lines.push(paper.heading(&heading));
        lines.extend(only.iter().take(CASES).map(|case| paper.item(&told_case(paper, case))));
        if only.len() > CASES {
            lines.push(paper.item(&format!("… {} more", count((only.len() - CASES) as u64))));
        }
    }
    lines
}

fn told_case(paper: Paper, case: &CaseChange) -> String {
    let action = match case.action {
        Action::None => "nothing done",
        Action::Investigate => "a person asked",
        Action::FixForward => "fixed forward",
        Action::Rollback => "rolled back",
    };
    format!("{} on {}: {}; {action}", paper.name(&case.deploy), paper.name(&case.service), hits(paper, &case.hits))
}

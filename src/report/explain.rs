//! One deploy's journey through every stage, as a post-mortem: each number can be found in the data again.

mod action;
mod deploy;
mod detection;
mod ending;

use super::signatures::WindowSignatures;
use super::style::wrap;
use super::why::View;
use super::words;
use crate::dataset::{DataSet, nearest};
use crate::evaluate::{Assessment, Judged};
use crate::model::UserError;
use crate::pipeline::{PipelineSpec, Schedule};
use crate::report::shown::visible;
use crate::series::Fits;

/// Characters of a line.
const WIDTH: usize = 100;

/// Tells one deploy's journey under the pipeline that was assessed (`spec`).
///
/// # Errors
/// When the data set holds no deploy of this id; the nearest one is named.
pub fn explain(
    data: &DataSet,
    fits: &Fits,
    assessment: &Assessment,
    spec: &PipelineSpec,
    deploy_id: &str,
) -> Result<String, UserError> {
    let index = data.deploys.iter().position(|d| d.id == deploy_id).ok_or_else(|| unknown(data, deploy_id))?;
    let view = View { data, fits, assessment };
    let mut page = Page::default();
    page.push(0, "", &format!("Deploy {deploy_id} under {} on {}", spec.name, data.manifest.name));
    page.heading("What was deployed");
    deploy::section(&mut page, data, index);
    let judged: Vec<&Judged> = view.of_deploy(index).collect();
    if judged.is_empty() {
        page.heading("Not evaluated");
        page.text(&why_not(data, spec, index));
    } else {
        for judged in &judged {
            detection::section(&mut page, view, spec, judged, &WindowSignatures::of(fits, judged.outcome));
            deploy::verdict(&mut page, spec, judged);
        }
    }
    ending::section(&mut page, view, index, &judged);
    Ok(page.out)
}

fn unknown(data: &DataSet, deploy_id: &str) -> UserError {
    let ids: Vec<&str> = data.deploys.iter().map(|d| d.id.as_str()).collect();
    let near = nearest(deploy_id, &ids);
    let help = match (near.is_empty(), ids.first(), ids.last()) {
        (false, ..) => near.trim_start_matches("; ").to_owned(),
        (true, Some(first), Some(last)) => format!("it holds {} deploys, from {first:?} to {last:?}", ids.len()),
        _ => "it holds no deploy at all".to_owned(),
    };
    UserError::new("--deploy", format!("the data set holds no deploy {deploy_id:?}"), help)
}

fn why_not(data: &DataSet, spec: &PipelineSpec, index: usize) -> String {
    let deploy = &data.deploys[index];
    if !data.is_of_environment(deploy) {
        let environment = deploy.environment.as_deref().unwrap_or_default();
        return format!("It went to {environment}; only deploys to {} are evaluated.", data.manifest.environment);
    }
    let skipped = Schedule::plan(data, &spec.replay).not_evaluated;
    match skipped.iter().find(|(at, _)| *at == index) {
        Some((_, why)) => format!(
            "Of this deploy nothing was decided and no number counts it: {} (min_baseline {}, window {}, data {} to {}).",
            words::not_evaluated(*why),
            spec.replay.min_baseline,
            spec.replay.window,
            data.span.start,
            data.span.end
        ),
        None => "It names no service, so there was no window to look at.".to_owned(),
    }
}

/// Text for a terminal, wrapped, nothing of it able to move the cursor.
#[derive(Default)]
struct Page {
    out: String,
}

impl Page {
    fn heading(&mut self, text: &str) {
        self.out.push('\n');
        self.push(0, "", &text.to_uppercase());
    }

    fn text(&mut self, text: &str) {
        self.push(2, "", text);
    }

    /// A point in a list, `depth` levels down.
    fn point(&mut self, depth: usize, text: &str) {
        self.push(2 + 2 * depth, "- ", text);
    }

    fn push(&mut self, indent: usize, mark: &str, text: &str) {
        let hanging = " ".repeat(mark.chars().count());
        let width = WIDTH - indent - hanging.len();
        // A number stays with its sign.
        let glued = visible(text).replace(" %", "\u{a0}%");
        for (index, line) in wrap(&glued, width).iter().enumerate() {
            let lead = if index == 0 { mark } else { &hanging };
            let line = format!("{}{lead}{}", " ".repeat(indent), line.replace('\u{a0}', " "));
            self.out.push_str(line.trim_end());
            self.out.push('\n');
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::fixture;

    fn told(id: &str, check: impl FnOnce(&str)) {
        fixture::with(|w| check(&explain(w.data, w.fits, w.assessment, w.spec, id).unwrap()));
    }

    #[test]
    fn a_caught_deploy_is_told_to_its_end() {
        told("d1", |text| {
            assert!(text.contains("Caught:"), "{text}");
            assert!(text.contains("new signatures flag from 2 on: 9 ≥ 2"), "{text}");
            assert!(text.contains("runtime") && text.contains("docs"), "{text}");
        });
    }

    #[test]
    fn a_falsely_blamed_deploy_is_called_that() {
        told("d/2", |text| assert!(text.contains("Falsely blamed:"), "{text}"));
    }

    #[test]
    fn a_missed_deploy_shows_what_came_closest() {
        told("d3", |text| {
            assert!(text.contains("Missed: i3, lost at “detection”"), "{text}");
            assert!(text.contains("“lonely”: 1 counted, none in the baseline"), "{text}");
        });
    }

    #[test]
    fn a_deploy_that_was_not_evaluated_says_why() {
        told("d0", |text| {
            let words: Vec<&str> = text.split_whitespace().collect();
            assert!(words.join(" ").contains("less history before it than the pipeline asks for"), "{text}");
        });
    }

    #[test]
    fn an_unknown_deploy_names_the_nearest() {
        fixture::with(|w| {
            let error = explain(w.data, w.fits, w.assessment, w.spec, "d9").unwrap_err();
            assert_eq!(error.help, "did you mean \"d0\"?");
            let error = explain(w.data, w.fits, w.assessment, w.spec, "quite another").unwrap_err();
            assert_eq!(error.help, "it holds 4 deploys, from \"d0\" to \"d3\"");
        });
    }

    #[test]
    fn no_line_is_too_long_and_none_moves_the_cursor() {
        for id in ["d0", "d1", "d/2", "d3"] {
            told(id, |text| {
                assert!(text.lines().all(|line| line.chars().count() <= WIDTH), "{text}");
                assert!(text.chars().all(|c| c == '\n' || (!c.is_control() && c != '\u{202e}')), "{text:?}");
            });
        }
    }
}

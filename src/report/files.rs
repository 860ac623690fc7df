//! A report's files. Each is written beside its place and moved there, so that a reader sees the old one or the new one, whole.

use super::charts::{self, Plan};
use super::facts;
use super::markdown;
use super::stories::{Story, stories};
use super::why::View;
use crate::dataset::{DataSet, Reject};
use crate::evaluate::{Assessment, Comparison, Costs};
use crate::model::{UserError, hides};
use crate::redact::outgoing_json;
use crate::series::Fits;
use crate::sweep::{Ground, Record, hash_of};
use serde::Serialize;
use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

/// Writes everything about one pipeline into `dir`, which is made if need be: `evaluation.json`, `alerts.jsonl`, `cases.jsonl`,
/// `ground.json` and `record.json` (what `compare` reads), `report.md`, `triage.md`, `normalization.md`, `charts/`, and `rejects.jsonl`
/// when rows were refused.
///
/// # Errors
/// When something cannot be written.
pub fn write(
    dir: &Path,
    assessment: &Assessment,
    data: &DataSet,
    fits: &Fits,
    costs: &Costs,
    rejects: &[Reject],
) -> Result<(), UserError> {
    let view = View { data, fits, assessment };
    let plan = Plan::of(assessment, data);
    make(&dir.join("charts").join("cases"), "charts/cases")?;
    put(dir, "evaluation.json", &json(&assessment.evaluation)?)?;
    put(dir, "alerts.jsonl", &json_lines(&assessment.alerts)?)?;
    put(dir, "cases.jsonl", &json_lines(&assessment.cases)?)?;
    put(dir, "ground.json", &json(&Ground::of(data, costs))?)?;
    put(dir, "record.json", &json(&record(assessment, data, fits))?)?;
    put(dir, "charts/funnel.svg", &charts::funnel(assessment)?)?;
    put(dir, "charts/precision_recall.svg", &charts::precision_recall(std::slice::from_ref(assessment))?)?;
    put(dir, "charts/tornado.svg", &charts::tornado(assessment)?)?;
    let reliability = assessment.evaluation.triage.reliability.as_ref();
    put(dir, "charts/reliability.svg", &charts::reliability(reliability)?)?;
    put(dir, "triage.md", markdown::triage(view))?;
    for planned in &plan.charts {
        put(dir, &planned.link(), &charts::case_chart(view, planned)?)?;
    }
    match &assessment.evaluation.normalization {
        Some(normalization) => {
            put(dir, "normalization.md", markdown::normalization(&assessment.evaluation, normalization))?;
        }
        None => remove(dir, "normalization.md")?,
    }
    remove_old_charts(dir, &plan)?;
    match rejects {
        [] => remove(dir, "rejects.jsonl")?,
        rejects => put(dir, "rejects.jsonl", &json_lines(rejects)?)?,
    }
    // Last: whoever finds it finds all it links to.
    put(dir, "report.md", markdown::render(view, &plan))
}

fn record(assessment: &Assessment, data: &DataSet, fits: &Fits) -> Record {
    let name = &assessment.evaluation.manifest.pipeline.resolved.name;
    Record::of(assessment, data, fits.spend.tokens, name, &hash_of(&assessment.evaluation))
}

/// Writes what concerns several pipelines into `dir`: `comparison.json`, `comparison.md`, `charts/precision_recall.svg`, and the
/// pictures of the cases that set the first apart from each other one. `fits`: of each pipeline, in order.
///
/// # Errors
/// When something cannot be written.
pub fn write_comparison(
    dir: &Path,
    data: &DataSet,
    assessments: &[Assessment],
    fits: &[&Fits],
    comparisons: &[Comparison],
) -> Result<(), UserError> {
    make(&dir.join("charts"), "charts")?;
    put(dir, "comparison.json", &json(comparisons)?)?;
    put(dir, "charts/precision_recall.svg", &charts::precision_recall(assessments)?)?;
    let views: Vec<View> =
        assessments.iter().zip(fits).map(|(assessment, fits)| View { data, fits, assessment }).collect();
    let mut sections = Vec::new();
    for second in views.iter().skip(1) {
        let stories = stories(views[0], *second);
        let links = stories.iter().map(|story| picture(dir, story)).collect::<Result<Vec<_>, _>>()?;
        sections.push(markdown::stories(views[0], *second, &stories, &links));
    }
    put(dir, "comparison.md", &(markdown::comparison(assessments, comparisons) + &sections.concat()))
}

/// Draws a story's picture and returns its link.
fn picture(dir: &Path, story: &Story) -> Result<String, UserError> {
    let side = if story.pictures_second { story.second } else { story.first };
    let Some(index) = side.judged else { return Ok("charts/precision_recall.svg".to_owned()) };
    let mut planned = Plan::one(side.view.assessment, side.view.data, index);
    planned.file = format!("{}-{}", charts::safe(&facts::name(side.view.assessment)), planned.file);
    make(&dir.join("charts").join("cases"), "charts/cases")?;
    put(dir, &planned.link(), &charts::case_chart(side.view, &planned)?)?;
    Ok(planned.link())
}

/// Writes the refused rows of a run that stopped because of them.
///
/// # Errors
/// When something cannot be written.
pub fn write_rejects(dir: &Path, rejects: &[Reject]) -> Result<(), UserError> {
    make(dir, "the folder for rejects.jsonl")?;
    put(dir, "rejects.jsonl", &json_lines(rejects)?)
}

/// A value as indented JSON with a final line break.
///
/// # Errors
/// When it cannot be written as JSON.
pub fn json<T: Serialize + ?Sized>(value: &T) -> Result<String, UserError> {
    serde_json::to_string_pretty(value)
        .map(|text| escaped(outgoing_json(&text, "given")) + "\n")
        .map_err(|e| unwritable("JSON", &e))
}

/// Rows as JSON, one a line.
///
/// # Errors
/// When one cannot be written as JSON.
pub fn json_lines<T: Serialize>(rows: &[T]) -> Result<String, UserError> {
    let line = |row: &T| {
        serde_json::to_string(row)
            .map(|text| escaped(outgoing_json(&text, "given")) + "\n")
            .map_err(|e| unwritable("JSON", &e))
    };
    rows.iter().map(line).collect()
}

/// JSON in which characters that reorder or hide text are written `\u202e`: the same value, and safe to print.
fn escaped(json: String) -> String {
    if !json.chars().any(hides_text) {
        return json;
    }
    let mut units = [0; 2];
    json.chars().fold(String::with_capacity(json.len()), |mut out, c| {
        if hides_text(c) {
            out.extend(c.encode_utf16(&mut units).iter().map(|unit| format!("\\u{unit:04x}")));
        } else {
            out.push(c);
        }
        out
    })
}

/// Line breaks between the values of indented JSON are none of these.
fn hides_text(c: char) -> bool {
    c != '\n' && hides(c)
}

pub(super) fn make(dir: &Path, name: &str) -> Result<(), UserError> {
    fs::create_dir_all(dir).map_err(|e| unwritable(name, &e))
}

/// Writes `dir/name` as a whole or not at all.
pub(super) fn put(dir: &Path, name: &str, content: impl AsRef<[u8]>) -> Result<(), UserError> {
    let path = dir.join(name);
    let temporary = path.with_added_extension("tmp");
    let done = fs::write(&temporary, content).and_then(|()| fs::rename(&temporary, &path));
    done.map_err(|e| {
        // What is half written is of no use; that it cannot be removed either adds nothing.
        _ = fs::remove_file(&temporary);
        unwritable(name, &e)
    })
}

pub(super) fn remove(dir: &Path, name: &str) -> Result<(), UserError> {
    match fs::remove_file(dir.join(name)) {
        Err(e) if e.kind() != std::io::ErrorKind::NotFound => Err(unwritable(name, &e)),
        _ => Ok(()),
    }
}

/// Charts of cases that an earlier run left and this one does not have.
fn remove_old_charts(dir: &Path, plan: &Plan) -> Result<(), UserError> {
    let folder = "charts/cases";
    let ours: BTreeSet<&str> = plan.charts.iter().map(|chart| chart.file.as_str()).collect();
    for entry in fs::read_dir(dir.join(folder)).map_err(|e| unwritable(folder, &e))? {
        let name = entry.map_err(|e| unwritable(folder, &e))?.file_name();
        let stale =
            name.to_str().filter(|name| Path::new(name).extension() == Some("svg".as_ref()) && !ours.contains(name));
        if let Some(name) = stale {
            remove(&dir.join(folder), name)?;
        }
    }
    Ok(())
}

fn unwritable(name: &str, error: &dyn std::fmt::Display) -> UserError {
    UserError::new(name, format!("cannot be written: {error}"), "is there room, and may this folder be written to?")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::fixture;

    #[test]
    fn texts_in_json_are_redacted_and_all_else_stays() {
        let value = serde_json::json!({
            "given": "api_key = \"hunter2hunter2\"",
            "password": ["plain \"quoted\" text", 4_111_111_111_111_111_u64, "mail ada@example.org \\"],
        });
        let text = json(&value).unwrap();
        let back: serde_json::Value = serde_json::from_str(&text).unwrap();
        assert_eq!((&back["given"], &back["password"][1]), (&value["given"], &value["password"][1]));
        assert_eq!(
            (&back["password"][0], back["password"][2].as_str().unwrap()),
            (&value["password"][0], "mail <EMAIL:1> \\")
        );
    }

    #[test]
    fn the_same_assessment_gives_the_same_files_and_leaves_nothing_else() {
        fixture::with(|w| {
            let folders = [tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap()];
            let old = folders[0].path().join("charts/cases");
            fs::create_dir_all(&old).unwrap();
            fs::write(old.join("stale.svg"), "old").unwrap();
            fs::write(folders[0].path().join("rejects.jsonl"), "old").unwrap();
            let costs = Costs::shipped().unwrap();
            let contents = folders.each_ref().map(|folder| {
                write(folder.path(), w.assessment, w.data, w.fits, &costs, &[]).unwrap();
                contents(folder.path())
            });
            assert_eq!(contents[0], contents[1]);
            let names: Vec<&str> = contents[0].iter().map(|(name, _)| name.as_str()).collect();
            assert_eq!(
                names,
                [
                    "alerts.jsonl",
                    "cases.jsonl",
                    "charts/cases/d1-a_b_.svg",
                    "charts/cases/d3-c.svg",
                    "charts/cases/d_2-c.svg",
                    "charts/funnel.svg",
                    "charts/precision_recall.svg",
                    "charts/reliability.svg",
                    "charts/tornado.svg",
                    "evaluation.json",
                    "ground.json",
                    "normalization.md",
                    "record.json",
                    "report.md",
                    "triage.md"
                ]
            );
            let svgs = contents[0].iter().filter(|(_, text)| text.starts_with("<svg"));
            assert!(svgs.clone().all(|(_, svg)| !svg.contains("<script") && !svg.contains('\u{202e}')));
        });
    }

    fn contents(dir: &Path) -> Vec<(String, String)> {
        let mut files = Vec::new();
        let mut folders = vec![dir.to_owned()];
        while let Some(folder) = folders.pop() {
            for entry in fs::read_dir(folder).unwrap() {
                let path = entry.unwrap().path();
                if path.is_dir() {
                    folders.push(path);
                } else {
                    let name = path.strip_prefix(dir).unwrap().to_string_lossy().into_owned();
                    files.push((name, fs::read_to_string(&path).unwrap()));
                }
            }
        }
        files.sort();
        files
    }

    #[test]
    fn a_folder_that_cannot_be_made_is_an_error_of_the_user() {
        fixture::with(|w| {
            let file = tempfile::NamedTempFile::new().unwrap();
            let costs = Costs::shipped().unwrap();
            let error = write(file.path(), w.assessment, w.data, w.fits, &costs, &[]).unwrap_err();
            assert_eq!(error.place, "charts/cases");
        });
    }
}

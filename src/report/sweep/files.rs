//! A sweep's files, each whole or not at all.

use super::charts::Chart;
use super::columns::columns;
use super::view::View;
use super::{page, trials};
use crate::model::UserError;
use crate::report::files::{json, make, put, remove};
use crate::sweep::{Record, Selection, Standing, Trial};
use std::path::Path;

/// Writes what a sweep found into `out`, which is made if need be: `trials.csv`, `trials.parquet`, `selection.json`, `charts/`, and last
/// `sweep.md`. `table` and `records` have one entry a trial, in the trials' order.
///
/// # Errors
/// When something cannot be written.
pub fn write_sweep(
    out: &Path,
    selection: &Selection,
    table: &[Standing],
    trials: &[Trial],
    records: &[Record],
) -> Result<(), UserError> {
    let view = View { selection, table, trials };
    make(&out.join("charts"), "charts")?;
    let columns = columns(view, records);
    put(out, "trials.csv", trials::csv(&columns))?;
    put(out, "trials.parquet", trials::parquet(&columns)?)?;
    put(out, "selection.json", json(selection)?)?;
    let mut drawn = Vec::new();
    for chart in Chart::ALL {
        match chart.draw(view)? {
            None => remove(out, chart.file())?,
            Some(svg) => {
                put(out, chart.file(), svg)?;
                drawn.push(chart);
            }
        }
    }
    // Last: whoever finds it finds all it links to.
    put(out, "sweep.md", page::render(view, &drawn))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::sweep::fixture;
    use crate::sweep::Conclusion;
    use std::collections::BTreeMap;
    use std::fs;

    fn written(sweep: &fixture::Sweep, out: &Path) -> BTreeMap<String, Vec<u8>> {
        write_sweep(out, &sweep.selection, &sweep.table, &sweep.trials, &sweep.records).unwrap();
        let folders = [out.to_owned(), out.join("charts")];
        let entries = folders.iter().flat_map(|folder| fs::read_dir(folder).unwrap());
        let files = entries.map(|entry| entry.unwrap().path()).filter(|path| path.is_file());
        files.map(|p| (p.strip_prefix(out).unwrap().display().to_string(), fs::read(&p).unwrap())).collect()
    }

    #[test]
    fn the_same_sweep_gives_the_same_files_and_every_link_leads_somewhere() {
        let sweep = fixture::plausible();
        let folders = [tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap()];
        let [first, second] = folders.each_ref().map(|folder| written(&sweep, folder.path()));
        assert_eq!(first, second);
        let names: Vec<&str> = first.keys().map(String::as_str).collect();
        let charts = Chart::ALL.map(Chart::file);
        assert!(charts.iter().all(|chart| names.contains(chart)), "{names:?}");
        let page = String::from_utf8(first["sweep.md"].clone()).unwrap();
        assert!(charts.iter().all(|chart| page.contains(&format!("]({chart})"))), "{page}");
    }

    #[test]
    fn charts_without_data_are_neither_left_nor_linked() {
        let folder = tempfile::tempdir().unwrap();
        written(&fixture::plausible(), folder.path());
        let files = written(&fixture::concluding(Conclusion::NoLabels), folder.path());
        assert_eq!(
            files.keys().map(String::as_str).collect::<Vec<_>>(),
            ["selection.json", "sweep.md", "trials.csv", "trials.parquet"]
        );
        assert!(!String::from_utf8_lossy(&files["sweep.md"]).contains("charts/"));
    }

    #[test]
    fn hostile_names_are_harmless_in_every_file() {
        let folder = tempfile::tempdir().unwrap();
        for (name, bytes) in written(&fixture::hostile(), folder.path()) {
            let text = String::from_utf8_lossy(&bytes);
            if name.ends_with(".parquet") {
                continue;
            }
            assert!(text.chars().all(|c| c == '\n' || !c.is_control() && c != '\u{202e}'), "{name}");
            assert!(!name.contains(".svg") || !text.contains("<script"), "{name}");
        }
    }
}

use super::*;
#[test]
fn scratch() {
    for grid in &GRIDS {
        let read = grid.grid().unwrap();
        let t = std::time::Instant::now();
        let planned = read.plan().unwrap();
        eprintln!("{} {:?} {:?}", grid.name, t.elapsed(), GridTold(&planned));
    }
    let spec = Preset::find("general-2026").unwrap().spec().unwrap();
    let t = std::time::Instant::now();
    for _ in 0..100 {
        spec.check().unwrap();
    }
    eprintln!("check {:?}", t.elapsed() / 100);
    let t = std::time::Instant::now();
    for _ in 0..100 {
        stages::spec_of(&stages::table_of(&spec)).unwrap();
    }
    eprintln!("table+spec {:?}", t.elapsed() / 100);
    let t = std::time::Instant::now();
    for _ in 0..100 {
        toml::to_string(&spec).unwrap();
    }
    eprintln!("write {:?}", t.elapsed() / 100);
}
struct GridTold<'a>(&'a Planned);
impl std::fmt::Debug for GridTold<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let s = &self.0.summary;
        writeln!(
            f,
            "{} trials {:?} comb {} excl {} dup {:?} {:?}",
            s.trials, s.combinations, s.excluded, s.duplicates, s.invalid, self.0.notes
        )?;
        for a in &s.axes {
            writeln!(f, "  {} {:?}", a.path, &a.levels[..a.levels.len().min(6)])?;
        }
        for t in self.0.trials.iter().take(5) {
            writeln!(f, "  {} {:?} {:?} {}", t.id, t.role, t.levels, t.spec.description)?;
        }
        Ok(())
    }
}

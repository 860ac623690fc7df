use super::*;

const HEAD: &str = "schema_version = 1\nname = 'g'\nbase = 'recommended-2026'\n";

fn told(text: &str) -> String {
    let grid = match read_grid(text, "g.toml", Path::new("/nowhere")) {
        Ok(grid) => grid.plan().map(drop),
        Err(error) => Err(error),
    };
    grid.map_or_else(|error| error.to_string(), |()| "no mistake".to_owned())
}

/// The error of a grid with these axes, and what follows them; the axes begin in line 5.
fn told_of(axes: &str) -> String {
    told(&format!("{HEAD}[axes]\n{axes}\n"))
}

#[test]
fn mistakes_in_the_head_are_told_with_line_and_remedy() {
    let axes = "[axes]\n'detect.alpha' = [0.01]\n";
    let rows = [
        ("", "g.toml:1: schema_version is missing"),
        ("schema_version = 2\nname = 'g'\nbase = 'null'\n", "g.toml:1: schema_version is 2: this version reads 1"),
        ("schema_version = 1\nname = 'a/b'\nbase = 'null'\n", "g.toml:2: name \"a/b\" cannot name a folder"),
        ("schema_version = 1\nname = '..'\nbase = 'null'\n", "g.toml:2: name \"..\" cannot name a folder"),
        (
            "schema_version = 1\nname = 'g'\nbase = 'recomended-2026'\n",
            "g.toml:3: base is \"recomended-2026\", which is no preset; did you mean \"recommended-2026\"?",
        ),
        (
            "schema_version = 1\nname = 'g'\nbase = 'mine.toml'\n",
            "g.toml:3: base is \"mine.toml\": there is no such file",
        ),
        ("schema_version = 1\nname = 'g'\nbase = 'null'\nsampel = 3\n", "g.toml:4: unknown key \"sampel\""),
        (
            "schema_version = 1\nname = 'g'\nbase = 'null'\nsample = { kind = 'rand', n = 3 }\n",
            "g.toml:4: \"rand\" is none of grid, random, latin_hypercube, halving; did you mean",
        ),
        ("schema_version = 1\nname = 'g'\nbase = 'null'\nsample = { kind = 'random' }\n", "g.toml:4: n is missing"),
        (
            "schema_version = 1\nname = 'g'\nbase = 'null'\nsample = { kind = 'grid', n = 3 }\n",
            "g.toml:4: unknown key \"n\"",
        ),
        (
            "schema_version = 1\nname = 'g'\nbase = 'null'\nsample = { kind = 'random', n = 0 }\n",
            "g.toml:4: sample.n is 0: it is 1 to 100000",
        ),
        (
            "schema_version = 1\nname = 'g'\nbase = 'null'\nsample = { kind = 'halving', n = 9, keep = 1.0 }\n",
            "g.toml:4: sample.keep is 1: it lies in (0, 1)",
        ),
        (
            "schema_version = 1\nname = 'g'\nbase = 'null'\nsample = { kind = 'halving', n = 9, rungs = 0 }\n",
            "g.toml:4: sample.rungs is 0: it is 1 to 10",
        ),
        (
            "schema_version = 1\nname = 'g'\nbase = 'null'\nobjective = { goal = 'minimize', metric = 'price' }\n",
            "g.toml:4: \"price\" is none of cost",
        ),
        (
            "schema_version = 1\nname = 'g'\nbase = 'null'\nobjective = { goal = 'minimize', metric = 'cost', constraints = [{ metric = 'triage_precision' }] }\n",
            "g.toml:4: objective.constraints: the one on triage_precision bounds nothing: give at_least or at_most",
        ),
        (
            "schema_version = 1\nname = 'g'\nbase = 'null'\nobjective = { goal = 'minimize', metric = 'cost', constraints = [{ metric = 'triage_precision', at_least = 80 }] }\n",
            "g.toml:4: objective.constraints: the one on triage_precision is a ratio: its bounds lie in [0, 1]",
        ),
        (
            "schema_version = 1\nname = 'g'\nbase = 'null'\nobjective = { goal = 'minimize', metric = 'cost', constraints = [{ metric = 'cost', end = 'high', at_most = 80 }] }\n",
            "g.toml:4: objective.constraints: the one on cost is no ratio",
        ),
    ];
    for (head, expected) in rows {
        let error = told(&format!("{head}{axes}"));
        assert!(error.starts_with(expected), "{head}\n{error}");
    }
    assert!(told(HEAD).starts_with("g.toml:1: axes is missing"), "{}", told(HEAD));
    assert!(told(&format!("{HEAD}axes = 3\n")).starts_with("g.toml:4: "), "{}", told(&format!("{HEAD}axes = 3\n")));
    assert!(told(&format!("{HEAD}[axes]\n")).starts_with("g.toml:4: axes is empty: nothing would be varied"));
}

#[test]
fn mistakes_in_axes_are_told_with_line_and_remedy() {
    let rows = [
        (
            "'detct.alpha' = [1]",
            "g.toml:5: axis \"detct.alpha\" begins with \"detct\", which is none of replay, normalize, detect, gate, triage, act, matching; did you mean \"detect\"?",
        ),
        (
            "'detect.alpa' = [0.1]",
            "g.toml:5: axis \"detect.alpa\": there is no key \"alpa\"; did you mean \"alpha\"?\nhelp: known here: detector, alpha,",
        ),
        (
            "'gate.min_impct' = [0.1]",
            "g.toml:5: axis \"gate.min_impct\": kind impact has no key \"min_impct\"; did you mean \"min_impact\"?",
        ),
        (
            "detect.alpha = [0.1]\n'detect.detector.winsor' = [3.0]",
            "g.toml:6: axis \"detect.detector.winsor\": kind either has no key \"winsor\"\nhelp: known here: of",
        ),
        ("'detect.alpha.x' = [0.1]", "g.toml:5: axis \"detect.alpha.x\": alpha is a float, not a table"),
        ("'detect..alpha' = [0.1]", "g.toml:5: axis \"detect..alpha\" is no path"),
        ("'detect.alpha' = []", "g.toml:5: axis \"detect.alpha\" has no levels: list at least one"),
        (
            "'detect.alpha' = 0.1",
            "g.toml:5: axis \"detect.alpha\" is a float: an axis is a list of levels, or { from, to, … }",
        ),
        (
            "'detect.alpha' = [0.1, 0.2, 0.1]",
            "g.toml:5: axis \"detect.alpha\" has one level twice: 0.1 and 0.1 #2 are the same",
        ),
        ("'detect.alpha' = [nan]", "g.toml:5: axis \"detect.alpha\" has the level nan: it is a finite number"),
        ("'detect.alpha' = { from = 0.2, to = 0.1 }", "g.toml:5: axis \"detect.alpha\" from = 0.2 lies above to = 0.1"),
        (
            "'detect.alpha' = { from = 0.1, to = 0.2, step = 0 }",
            "g.toml:5: axis \"detect.alpha\" step = 0: it lies above 0",
        ),
        (
            "'replay.window' = { from = '1h', to = '6h' }",
            "g.toml:5: axis \"replay.window\" from = \"1h\": a range is of numbers",
        ),
        ("'detect.alpha' = [0.1]\ndetect.alpha = [0.2]", "g.toml:6: axis \"detect.alpha\" is given twice"),
        ("'detect.alpha' = [0.1]\n'detect.alpha' = [0.2]", "g.toml:6: duplicate key"),
        (
            "normalize = ['drain']",
            "g.toml:5: axis \"normalize\" has the level \"drain\", which is no preset; did you mean \"drain-2026\"?",
        ),
        (
            "'detect.alpha' = { from = 0.001, to = 0.1 }",
            "g.toml:5: axis \"detect.alpha\" is continuous: a full grid needs its step or points\nhelp: draw some of them",
        ),
        (
            "'detect.alpha' = ['x']",
            "g.toml: no combination of the axes is left to try\nhelp: 1 × detect: string \"x\" where a number belongs",
        ),
        (
            "'detect.alpha' = [2.0, 3.0]",
            "g.toml: no combination of the axes is left to try\nhelp: 1 × detect.alpha is 2: it lies in (0, 1]",
        ),
        (
            "'detect.alpha' = [0.05]",
            "g.toml: no combination of the axes is left to try\nhelp: 1 the same as the base or a reference",
        ),
        (
            "'detect.alpha' = [0.1]\n[[exclude]]\n'detect.alpha' = { at_least = 0 }",
            "g.toml: no combination of the axes is left to try\nhelp: 1 excluded",
        ),
        ("'detect.alpha' = [0.1]\n[[exclude]]\n", "g.toml:6: exclude has no condition: it would leave out everything"),
        (
            "'detect.alpha' = [0.1]\n[[exclude]]\n'detect.alhpa' = 0.1",
            "g.toml:7: exclude: \"detect.alhpa\" is no axis and not in the base: it would never hold; did you mean \"detect.alpha\"?",
        ),
        (
            "'detect.alpha' = [0.1]\n[[exclude]]\n'detect.alpha' = { at_least = 'x' }",
            "g.toml:7: exclude: \"detect.alpha\" has at_least = \"x\": it is a number or a duration",
        ),
        (
            "'detect.alpha' = [0.1]\n[[exclude]]\n'detect.alpha' = { at_least = 1, below = 2 }",
            "g.toml:7: exclude: \"detect.alpha\" has no key \"below\"",
        ),
        (
            "'detect.alpha' = { from = 0.0001, to = 0.1, points = 2000, scale = 'log' }\n'detect.min_ratio' = { from = 1.0, to = 3.0, points = 1000 }",
            "g.toml: the axes have 2000000 combinations: a full grid has at most 1000000\nhelp: draw some of them: [sample]",
        ),
    ];
    for (axes, expected) in rows {
        let error = told_of(axes);
        assert!(error.starts_with(expected), "{axes}\n{error}");
    }
}

/// Nothing that a file may hold ends in a panic.
#[test]
fn hostile_texts_are_refused_and_shown_visibly() {
    let error = told_of("'detect.alpha' = [\"\\u001b[31m\\u202e\"]");
    assert!(!error.contains('\u{1b}') && !error.contains('\u{202e}'), "{error:?}");
    let error = told_of("\"detect.\\u001b[2J\" = [1]");
    assert!(!error.contains('\u{1b}'), "{error:?}");
    assert!(told_of("'' = [1]").contains("begins with \"\""));
    assert!(told_of("normalize = [[]]").contains("no combination"));
    assert!(told_of("normalize = [1979-05-27]").contains("no combination"));
    assert!(told_of("normalize = 1979-05-27").starts_with("g.toml:5"));
    let deep = format!("detect.detector = [{}1{}]", "[".repeat(70), "]".repeat(70));
    assert!(told_of(&deep).starts_with("g.toml"));
}

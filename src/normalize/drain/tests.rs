use super::*;
use crate::normalize::Cut;
use proptest::prelude::*;

fn drain(spec: &DrainSpec) -> Drain {
    Drain::new(spec).unwrap()
}

/// Learns all, fits, signs all.
fn signed(spec: &DrainSpec, texts: &[&str]) -> Vec<String> {
    let mut drain = drain(spec);
    for text in texts {
        drain.learn(text).unwrap();
    }
    drain.fit();
    texts.iter().map(|text| drain.sign(text).unwrap()).collect()
}

#[test]
fn what_differs_becomes_a_wildcard() {
    let texts = ["connect to db-1 failed: refused", "connect to db-2 failed: refused", "bind to port failed: in use"];
    let names = signed(&DrainSpec::default(), &texts);
    assert_eq!(
        names,
        ["connect to <*> failed: refused", "connect to <*> failed: refused", "bind to port failed: in use"]
    );
}

#[test]
fn the_number_of_words_and_the_leading_word_part() {
    let names = signed(&DrainSpec::default(), &["read a b c", "read a b c d", "load a b c", "7 a b c", "8 a b c"]);
    assert_eq!(names, ["read a b c", "read a b c d", "load a b c", "<*> a b c", "<*> a b c"]);
    let flat = DrainSpec { depth: 3, ..DrainSpec::default() };
    assert_eq!(signed(&flat, &["read a b c", "load a b c"]), ["<*> a b c", "<*> a b c"]);
}

#[test]
fn the_threshold_is_a_share_of_equal_words() {
    let at = |sim_th| signed(&DrainSpec { sim_th, ..DrainSpec::default() }, &["get a b c", "get a x y"])[1].clone();
    assert_eq!(at(0.5), "get a <*> <*>");
    assert_eq!(at(0.51), "get a x y");
}

#[test]
fn children_are_bounded_and_the_last_place_is_the_wildcards() {
    let spec = DrainSpec { max_children: 3, ..DrainSpec::default() };
    let names = signed(&spec, &["a p x y", "b p x y", "c p x y", "d p x y", "d p x z"]);
    assert_eq!(names, ["a p x y", "b p x y", "<*> p x <*>", "<*> p x <*>", "<*> p x <*>"]);
}

#[test]
fn delimiters_part_words_and_nothing_is_a_group_of_its_own() {
    let spec = DrainSpec { extra_delimiters: vec!["=".to_owned(), ",".to_owned()], ..DrainSpec::default() };
    assert_eq!(
        signed(&spec, &["user=ann,age=3", "user=bob,age=3", " ", ""]),
        ["user <*> age 3", "user <*> age 3", "", ""]
    );
}

#[test]
fn names_stay_what_they_were_at_the_fit() {
    let mut drain = drain(&DrainSpec::default());
    drain.learn("job a ended well").unwrap();
    drain.fit();
    assert_eq!(drain.sign("job a ended well").unwrap(), "job a ended well");
    assert_eq!(drain.sign("job b ended well").unwrap(), "job a ended well", "joins the group, whose name is fixed");
    assert_eq!(drain.sign("disk full on node").unwrap(), "disk full on node");
    assert_eq!(drain.sign("disk full on host").unwrap(), "disk full on node");
    drain.fit();
    assert_eq!(drain.sign("job a ended well").unwrap(), "job <*> ended well");
}

#[test]
fn a_fork_goes_its_own_way() {
    let mut drain = drain(&DrainSpec::default());
    drain.learn("job a ended well").unwrap();
    drain.fit();
    let mut fork = drain.fork();
    assert_eq!(fork.sign("disk full on node").unwrap(), "disk full on node");
    drain.learn("job b ended well").unwrap();
    drain.fit();
    assert_eq!(drain.sign("job a ended well").unwrap(), "job <*> ended well");
    assert_eq!(fork.sign("job a ended well").unwrap(), "job a ended well");
}

#[test]
fn parameters_out_of_range_are_told() {
    let told = |spec: DrainSpec| spec.build().map(|_| ()).unwrap_err();
    let default = DrainSpec::default;
    assert!(told(DrainSpec { depth: 2, ..default() }).starts_with("normalize.depth is 2:"));
    assert!(told(DrainSpec { sim_th: 1.5, ..default() }).starts_with("normalize.sim_th is 1.5:"));
    assert!(told(DrainSpec { sim_th: f64::NAN, ..default() }).starts_with("normalize.sim_th is NaN:"));
    assert!(told(DrainSpec { max_children: 1, ..default() }).starts_with("normalize.max_children is 1:"));
    let empty = vec![String::new()];
    assert!(told(DrainSpec { extra_delimiters: empty, ..default() }).starts_with("normalize.extra_delimiters"));
    let rules = RulesSpec { truncate: Some(Cut::Plain(0)), ..RulesSpec::default() };
    assert!(told(DrainSpec { rules, ..default() }).starts_with("normalize.rules.truncate is 0"));
}

/// Texts that all fall into one leaf and are alike in nothing else.
#[test]
fn a_hostile_leaf_stays_small() {
    let spec = DrainSpec { sim_th: 1.0, ..DrainSpec::default() };
    let mut drain = drain(&spec);
    for i in 0..600_u32 {
        let word = |j: u32| (0..6).map(|k| char::from(b'a' + ((i * 31 + j * 7) >> k) as u8 % 26)).collect::<String>();
        let text: Vec<String> = std::iter::once("same".to_owned()).chain((0..599).map(word)).collect();
        drain.add(&text.join(" "));
    }
    assert!(drain.tree.len() <= 129, "{} clusters", drain.tree.len());
}

proptest! {
    /// At a threshold of 1 without digits only equal sequences of words are together.
    #[test]
    fn exact_threshold_groups_equal_words(texts in prop::collection::vec("[ab ]{0,6}", 1..20)) {
        let spec = DrainSpec { sim_th: 1.0, ..DrainSpec::default() };
        let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
        let names = signed(&spec, &texts);
        for (text, name) in texts.iter().zip(&names) {
            prop_assert_eq!(text.split_whitespace().collect::<Vec<_>>().join(" "), name.clone());
        }
    }

    /// Whatever comes, a learned text's name matches it, and the same run says the same.
    #[test]
    fn a_name_fits_what_it_names(texts in prop::collection::vec("([abc1] ){0,5}|\\PC{0,20}", 1..30), sim_th in 0.0..1.0) {
        let spec = DrainSpec { sim_th, max_children: 3, ..DrainSpec::default() };
        let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
        let names = signed(&spec, &texts);
        prop_assert_eq!(&names, &signed(&spec, &texts));
        for (text, name) in texts.iter().zip(&names) {
            let words: Vec<&str> = text.split_whitespace().collect();
            let kept: Vec<&str> = name.split_whitespace().collect();
            prop_assert_eq!(words.len(), kept.len());
            prop_assert!(kept.iter().zip(&words).all(|(kept, word)| *kept == "<*>" || kept == word), "{} in {}", text, name);
        }
    }
}

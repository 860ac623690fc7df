use super::*;
use crate::normalize::Cut;
use proptest::prelude::*;

/// Anonymizes all, learns the distinct templates, fits, signs all.
fn signed(spec: &AelSpec, texts: &[&str]) -> Vec<String> {
    let built = spec.build().unwrap();
    let keys: Vec<String> = texts.iter().map(|text| built.normalizer.key(Text::of_message(text)).template).collect();
    let mut miner = built.miner.unwrap();
    for key in &keys {
        miner.learn(key).unwrap();
    }
    miner.fit();
    keys.iter().map(|key| miner.sign(key).unwrap()).collect()
}

fn alone(text: &str) -> String {
    signed(&AelSpec::default(), &[text]).remove(0)
}

#[test]
fn values_are_found_by_their_looks() {
    let cases = [
        ("job 17 took 3.5 ms, lifetime <1 sec", "job <*> took <*>, lifetime <*>"),
        ("read /var/lib/x and ~/y but not and/or", "read <*> and <*> but not and/or"),
        ("user=ann, uid= \"carl\" say \"two words\"", "user=<*>, uid= \"carl\" say \"two words\""),
        ("class com.example.shop.Order on db-main:5432 at ffffffff", "class <*> on <*> at <*>"),
        ("ready=true found null   for root.", "ready=<*> found <*> for <*>."),
        ("delete blk_1 blk_2, blk_3; rest", "delete <*>; rest"),
        ("debug wait enable......0", "debug wait enable......<*>"),
        ("fans ( 3552 **** 3375 )", "fans ( <*> )"),
        ("*** restart *** a.b e.g. x...", "<*> restart <*> a.b e.g. x..."),
    ];
    for (text, template) in cases {
        assert_eq!(alone(text), template);
    }
}

#[test]
fn a_text_of_nothing_but_values_keeps_its_first_word() {
    assert_eq!(alone("jetty-6.1.26"), "jetty-<*>.<*>.<*>");
    assert_eq!(alone("7 r24=0x0f r25=0x1f"), "<*> r<*>=<*>=<*>");
    assert_eq!(alone("17"), "<*>");
    assert_eq!(alone(""), "");
}

#[test]
fn types_of_errors_stay() {
    let names = ["java.io.IOException", "TypeError", "a.b.c.ConfigError", "KeyError", "OSError", "E2Exception"];
    let texts: Vec<String> = names.iter().map(|name| format!("request failed with cause={name}")).collect();
    let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
    assert_eq!(signed(&AelSpec::default(), &texts), texts);
}

#[test]
fn codes_and_names_stay_where_asked() {
    let texts = [
        "upstream answered 503 to search",
        "upstream answered 429 to search",
        "SQL error 1205: transaction aborted",
        "exit status 2 of job 3",
        "504 Gateway Timeout after 500 ms",
        "unexpected state 'locked' of order 404 in public.shop.orders",
    ];
    let codes = AelSpec { keep_codes: true, keep_names: true, ..AelSpec::default() };
    assert_eq!(
        signed(&codes, &texts),
        [
            "upstream answered 503 to search",
            "upstream answered 429 to search",
            "SQL error 1205: transaction aborted",
            "exit status 2 of job <*>",
            "504 Gateway Timeout after <*>",
            "unexpected state 'locked' of order <*> in public.shop.orders",
        ]
    );
    assert_eq!(signed(&AelSpec::default(), &texts)[1], "upstream answered <*> to search");
    assert_eq!(signed(&AelSpec::default(), &texts)[5], "unexpected state 'locked' of order <*> in <*>");
}

#[test]
fn a_code_is_a_value_where_many_were_seen_only() {
    let spec = AelSpec { keep_codes: true, ..AelSpec::default() };
    let texts: Vec<String> = (1..=5).map(|code| format!("text to user not delivered: code {code}")).collect();
    let mut texts: Vec<&str> = texts.iter().map(String::as_str).collect();
    assert_eq!(signed(&spec, &texts), ["text to user not delivered: code <*>"; 5]);
    assert_eq!(signed(&spec, &texts[1..]), texts[1..], "four are too few");
    texts[4] = "text to user not delivered: code 0";
    assert_eq!(
        signed(&spec, &texts[2..]),
        ["text to user not delivered: code <*>"; 3],
        "a field that says of success too"
    );
}

#[test]
fn a_place_with_many_words_is_a_variable() {
    let texts = ["login of ann failed", "login of bob failed", "login of eve failed", "login of dan failed"];
    assert_eq!(signed(&AelSpec::default(), &texts), texts, "four are too few");
    let spec = AelSpec { min_values: Some(4), ..AelSpec::default() };
    assert_eq!(signed(&spec, &texts), ["login of <*> failed"; 4]);
}

#[test]
fn a_place_with_a_value_needs_only_one_word() {
    let texts = ["login to shop of ann", "login to shop of u17", "login ann", "login u17"];
    let names = signed(&AelSpec::default(), &texts);
    assert_eq!(names[..2], ["login to shop of <*>"; 2]);
    assert_eq!(names[2..], ["login ann", "login <*>"], "too little stands beside it");
}

#[test]
fn what_stands_in_quotes_or_brackets_is_one_word() {
    let names = ["Blue Rope 12 mm", "Sextant", "Life Vest L", "Heavy Anchor", "Boat Shoe"];
    let mut texts: Vec<String> = names.iter().map(|name| format!("product \"{name}\" is sold out")).collect();
    texts.extend(names.iter().map(|name| format!("link down (reason: {name}) on eth0")));
    texts.push("can't find child 5, isn't it".to_owned());
    let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
    let groups = signed(&AelSpec::default(), &texts);
    assert_eq!(groups[..5], ["product \"<*>\" is sold out"; 5]);
    assert_eq!(groups[10], "can't find child <*>, isn't it");
    let few = signed(&AelSpec::default(), &texts[1..4]);
    assert_eq!(few, texts[1..4], "three are too few");
}

#[test]
fn the_first_word_is_no_variable() {
    let texts =
        ["ntpd startup succeeded", "cupsd startup succeeded", "crond startup succeeded", "portmap startup succeeded"];
    let spec = AelSpec { min_values: Some(2), ..AelSpec::default() };
    assert_eq!(signed(&spec, &texts), texts);
}

#[test]
fn variables_that_hide_each_other_are_found_one_after_the_other() {
    let mut texts = Vec::new();
    for (user, cities) in
        [("ann", ["rome", "oslo", "bonn"]), ("bob", ["lima", "bern", "kiel"]), ("eve", ["nice", "york", "bath"])]
    {
        texts.extend(cities.map(|city| format!("order of {user} from {city} failed")));
    }
    let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
    let spec = AelSpec { min_values: Some(3), ..AelSpec::default() };
    assert_eq!(signed(&spec, &texts), ["order of <*> from <*> failed"; 9]);
}

#[test]
fn what_comes_after_the_fit_joins_or_opens_and_changes_nothing() {
    let built = AelSpec { min_values: Some(3), ..AelSpec::default() }.build().unwrap();
    let mut miner = built.miner.unwrap();
    for template in ["login of ann failed", "login of bob failed", "login of eve failed"] {
        miner.learn(template).unwrap();
    }
    miner.fit();
    let mut fork = miner.fork();
    assert_eq!(fork.sign("login of dan failed").unwrap(), "login of <*> failed");
    for word in ["disk", "tape", "host", "link"] {
        let text = format!("the {word} is full");
        assert_eq!(fork.sign(&text).unwrap(), text, "what was signed is not learned");
    }
    miner.learn("login of dan worked").unwrap();
    assert_eq!(miner.sign("login of ann failed").unwrap(), "login of <*> failed");
}

#[test]
fn parameters_out_of_range_are_told() {
    let told = |spec: AelSpec| spec.build().map(|_| ()).unwrap_err();
    assert!(told(AelSpec { min_values: Some(1), ..AelSpec::default() }).starts_with("normalize.min_values is 1:"));
    let rules = RulesSpec { truncate: Some(Cut::Plain(0)), ..RulesSpec::default() };
    assert!(told(AelSpec { rules, ..AelSpec::default() }).starts_with("normalize.rules.truncate is 0"));
}

#[test]
fn hostile_texts_are_bounded() {
    let long = "a ".repeat(200_000);
    assert!(alone(&long).len() < 2_000);
    let deep = "<".repeat(100_000) + &"1.".repeat(100_000);
    assert!(alone(&deep).len() < 200_000);
}

proptest! {
    /// The miner reads what the normalizer wrote.
    #[test]
    fn a_name_is_read_as_it_was_written(text in "([a-zé_./<*>=:,'\"-]{0,3}[0-9 ]{0,2}){0,12}", codes: bool, names: bool) {
        let keep = Keep { codes, names };
        let once = anonymize(&text, keep);
        let read = piece::pieces(&once);
        prop_assert_eq!(piece::render(&read, &once), once.clone());
    }

    /// The order of learning does not matter.
    #[test]
    fn order_does_not_matter(texts in prop::collection::vec("[ab] [a-e] [ab1]( [a-e])?", 2..30)) {
        let spec = AelSpec { min_values: Some(3), ..AelSpec::default() };
        let forward: Vec<&str> = texts.iter().map(String::as_str).collect();
        let backward: Vec<&str> = forward.iter().rev().copied().collect();
        let mut names = signed(&spec, &backward);
        names.reverse();
        prop_assert_eq!(signed(&spec, &forward), names);
    }

    #[test]
    fn no_text_is_too_strange(text in "\\PC{0,60}|[<>*='\"0-9a ]{0,60}") {
        let name = alone(&text);
        prop_assert!(name.len() <= 3 * text.len() + 3);
    }
}

use super::super::Cut;
use super::*;
use crate::normalize::NormalizerSpec;
use proptest::prelude::*;

fn miner(threshold: f64, most_clustered: usize) -> Embedding {
    Embedding::with(Arc::new(HashEmbedder::new(HashSpec::default()).unwrap()), threshold as f32, most_clustered)
}

fn fitted(templates: &[String], most_clustered: usize) -> Embedding {
    let mut miner = miner(0.4, most_clustered);
    for template in templates {
        miner.learn(template).unwrap();
    }
    miner.fit();
    miner
}

fn signs(miner: &mut dyn Miner, templates: &[String]) -> Vec<String> {
    templates.iter().map(|template| miner.sign(template).unwrap()).collect()
}

fn strings(texts: &[&str]) -> Vec<String> {
    texts.iter().map(ToString::to_string).collect()
}

/// Few words, so that many templates are near one another.
fn templates() -> impl Strategy<Value = Vec<String>> {
    let template =
        prop::collection::vec(prop::sample::select(vec!["disk", "full", "timeout", "on", "node", "a7"]), 1..5);
    prop::collection::hash_set(template.prop_map(|words| words.join(" ")), 1..16)
        .prop_map(|set| {
            let mut list: Vec<String> = set.into_iter().collect();
            list.sort();
            list
        })
        .prop_shuffle()
}

#[test]
fn groups_are_named_after_their_first_template_and_newcomers_join_or_open_one() {
    let learned = strings(&["disk 3 full on node a", "card declined by issuer", "disk 4 full on node b"]);
    let mut miner = fitted(&learned, MOST_CLUSTERED);
    assert_eq!(signs(&mut miner, &learned), [&learned[0], &learned[1], &learned[0]].map(String::as_str));
    let later = strings(&["disk 9 full on node c", "queue backlog grows", "queue backlog grows again", ""]);
    assert_eq!(signs(&mut miner, &later), ["disk 3 full on node a", "queue backlog grows", "queue backlog grows", ""]);
    assert_eq!(signs(&mut miner, &later[..2]), ["disk 3 full on node a", "queue backlog grows"], "remembered");
}

#[test]
fn a_fork_goes_its_own_way() {
    let learned = strings(&["disk full"]);
    let miner = fitted(&learned, MOST_CLUSTERED);
    let (mut one, mut other) = (miner.fork(), miner.fork());
    assert_eq!(one.sign("queue backlog grows").unwrap(), "queue backlog grows");
    assert_eq!(one.sign("queue backlog grew").unwrap(), "queue backlog grows");
    assert_eq!(other.sign("queue backlog grew").unwrap(), "queue backlog grew");
}

#[test]
fn beyond_the_most_clustered_later_ones_join_or_open() {
    let learned =
        strings(&["disk 3 full", "card declined", "disk 4 full", "queue backlog grows", "queue backlog grow"]);
    let mut miner = fitted(&learned, 2);
    let expected = ["disk 3 full", "card declined", "disk 3 full", "queue backlog grows", "queue backlog grows"];
    assert_eq!(signs(&mut miner, &learned), expected);
}

#[test]
fn the_table_of_a_preset() {
    let toml = r#"
        kind = "embedding"
        rules = { masks = [{ mask = "uuid" }], truncate = 300 }
        provider = { kind = "hash", dimensions = 512, n = [3, 4] }
        threshold = 0.25
        linkage = "leader"
    "#;
    let spec: NormalizerSpec = toml::from_str(toml).unwrap();
    let NormalizerSpec::Embedding(embedding) = &spec else { panic!("{spec:?}") };
    assert_eq!(embedding.provider, ProviderSpec::Hash(HashSpec { dimensions: 512, n: [3, 4] }));
    assert_eq!((embedding.linkage, embedding.rules.truncate), (Linkage::Leader, Some(Cut::Plain(300))));
    assert!(spec.build().is_ok_and(|built| built.miner.is_some()));
    for wrong in ["threshold = 0.0", "threshold = 1.0", "threshold = nan"] {
        let spec: NormalizerSpec = toml::from_str(&toml.replace("threshold = 0.25", wrong)).unwrap();
        assert!(spec.build().err().unwrap().starts_with("normalize.threshold is "), "{wrong}");
    }
    assert!(toml::from_str::<NormalizerSpec>(&toml.replace("linkage", "linkages")).is_err());
    assert!(toml::from_str::<NormalizerSpec>(&toml.replace("dimensions", "dimension")).is_err());
}

#[test]
#[cfg(not(feature = "embed"))]
fn a_sentence_model_says_what_it_needs() {
    let toml = "kind = \"embedding\"\nrules = { masks = [] }\nprovider = { kind = \"minilm\", folder = \"x\" }";
    let error = toml::from_str::<NormalizerSpec>(toml).unwrap().build().err().unwrap();
    assert!(error.starts_with("normalize.provider.kind is minilm") && error.contains("--features embed"));
}

#[test]
fn vectors_that_cannot_be_scaled_are_near_nothing() {
    assert_eq!(unit(vec![f32::NAN, 1.0]), [0.0, 0.0]);
    assert_eq!(unit(vec![0.0, 0.0]), [0.0, 0.0]);
    assert_eq!(unit(vec![3e37, 4e37]), [0.6, 0.8]);
}

proptest! {
    /// What was learned after the fit, and what is signed later, changes nothing.
    #[test]
    fn nothing_looks_ahead(learned in templates(), later in templates(), most in prop::sample::select(vec![0, 3, 100])) {
        let mut expected = fitted(&learned, most);
        let mut miner = fitted(&learned, most);
        for template in &later {
            miner.learn(template).unwrap();
        }
        let before = signs(&mut miner, &learned);
        prop_assert_eq!(&before, &signs(&mut expected, &learned));
        for (at, template) in later.iter().enumerate() {
            let mut shorter = fitted(&learned, most);
            signs(&mut shorter, &later[..at]);
            prop_assert_eq!(miner.sign(template).unwrap(), shorter.sign(template).unwrap());
        }
        prop_assert_eq!(signs(&mut miner, &learned), before);
    }

    /// A fit every night ends where one fit at the end does, as long as all templates are clustered; and for leaders.
    #[test]
    fn nightly_fits_add_up(learned in templates(), cut in 0usize..16, most in prop::sample::select(vec![0, 100])) {
        let mut nightly = fitted(&learned[..cut.min(learned.len())], most);
        for template in &learned[cut.min(learned.len())..] {
            nightly.learn(template).unwrap();
        }
        nightly.fit();
        prop_assert_eq!(signs(&mut nightly, &learned), signs(&mut fitted(&learned, most), &learned));
    }

    #[test]
    fn any_number_of_threads_finds_the_same(learned in templates()) {
        let alone = rayon::ThreadPoolBuilder::new().num_threads(1).build().unwrap();
        let one = alone.install(|| signs(&mut fitted(&learned, 100), &learned));
        prop_assert_eq!(one, signs(&mut fitted(&learned, 100), &learned));
    }

    /// Every name is a template that was learned, of a member that has the same name.
    #[test]
    fn a_name_names_itself(learned in templates(), most in prop::sample::select(vec![0, 3, 100])) {
        let mut miner = fitted(&learned, most);
        for name in signs(&mut miner, &learned) {
            prop_assert!(learned.contains(&name));
            prop_assert_eq!(miner.sign(&name).unwrap(), name);
        }
    }
}

use crate::endpoint::Spend;

/// Learns which templates belong together. It is shown each distinct template once, in the order in which the records came, and
/// is fitted every night (semantics.md §3): what it says of a template never depends on one that came later.
///
/// ```text
/// prepare(all) → learn(a) → learn(b) → fit() ─┬→ learn(c) → fit() …        the next day's
///                                             └→ fork() → sign(a), sign(b), sign(c) …
/// ```
pub trait Miner: Send + Sync {
    /// All templates that may ever be asked for, so that work that depends on each alone (an embedding) can be done in batches.
    /// Nothing may be concluded from them.
    ///
    /// # Errors
    /// When that work fails.
    fn prepare(&mut self, templates: &[&str]) -> Result<(), String> {
        let _ = templates;
        Ok(())
    }

    /// Sees one more template.
    ///
    /// # Errors
    /// When an endpoint that it asks fails.
    fn learn(&mut self, template: &str) -> Result<(), String>;

    /// Settles the groups of what was learned.
    fn fit(&mut self) {}

    /// The signature of a template: the name of the group that it belongs to. One that was never seen joins a group or opens one,
    /// whose name it gives; later ones see that. Templates that were learned are asked for first, in the order of learning.
    ///
    /// # Errors
    /// When an endpoint that it asks fails.
    fn sign(&mut self, template: &str) -> Result<String, String>;

    /// What asking models cost so far, forks included.
    fn spent(&self) -> Spend {
        Spend::default()
    }

    /// What the user should be told of recordings that were read.
    fn notes(&self) -> Vec<String> {
        Vec::new()
    }

    /// A copy that goes its own way.
    fn fork(&self) -> Box<dyn Miner>;
}

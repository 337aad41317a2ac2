//! What a row came to.

use serde::Serialize;

/// The bound that a row is held against.
#[derive(Debug, Clone, Copy, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) enum Bound {
    /// No more than.
    AtMost(f64),
    /// No less than.
    AtLeast(f64),
    /// Shown only.
    None,
}

impl Bound {
    /// Whether a figure keeps to it. No figure at all does not.
    pub(crate) fn holds(self, figure: f64) -> bool {
        match self {
            Self::AtMost(most) => figure <= most,
            Self::AtLeast(least) => figure >= least,
            Self::None => true,
        }
    }
}

/// One line of the table.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Outcome {
    /// The row's name, as `--only` takes it, with a part after a colon where a row has several lines.
    pub(crate) name: String,
    /// What was measured, in words.
    pub(crate) what: String,
    /// The figure with its unit.
    pub(crate) measured: String,
    /// What it is compared with, with its unit.
    pub(crate) floor: String,
    /// The median of the rounds' ratios.
    pub(crate) ratio: Option<f64>,
    /// The same against a floor whose text is as long as all that Hubbub sends for one.
    pub(crate) framed_ratio: Option<f64>,
    /// The figure that the bound is about: the ratio, or what was measured.
    pub(crate) figure: f64,
    /// The bound.
    pub(crate) aim: Bound,
    /// Whether the figure keeps to it, and nothing went wrong.
    pub(crate) reached: bool,
    /// What else there is to know.
    pub(crate) note: String,
    /// The ratio of each round.
    pub(crate) rounds: Vec<f64>,
    /// What must not happen and did.
    pub(crate) failure: Option<String>,
}

impl Outcome {
    /// A line that is held against a ratio: the median of the rounds'.
    pub(crate) fn ratio(name: &str, what: &str, aim: Bound, rounds: Vec<f64>) -> Self {
        let ratio = median(&rounds);
        Self { ratio: Some(ratio), rounds, ..Self::figure(name, what, aim, ratio) }
    }

    /// A line that is held against what was measured.
    pub(crate) fn figure(name: &str, what: &str, aim: Bound, figure: f64) -> Self {
        Self {
            name: name.to_owned(),
            what: what.to_owned(),
            measured: String::new(),
            floor: String::new(),
            ratio: None,
            framed_ratio: None,
            figure,
            aim,
            reached: aim.holds(figure),
            note: String::new(),
            rounds: Vec::new(),
            failure: None,
        }
    }

    /// A line that could not be measured, or must not be believed.
    pub(crate) fn failed(name: &str, why: String) -> Self {
        let line = Self::figure(name, "", Bound::None, f64::NAN);
        Self { reached: false, failure: Some(why), ..line }
    }

    /// Says what was measured.
    pub(crate) fn measured(mut self, text: String) -> Self {
        self.measured = text;
        self
    }

    /// Says what it is compared with.
    pub(crate) fn floor(mut self, text: String) -> Self {
        self.floor = text;
        self
    }

    /// Says what else there is to know.
    pub(crate) fn note(mut self, text: String) -> Self {
        self.note = text;
        self
    }
}

/// The middle one; of an even number the mean of the two in the middle. Not a number when there is none.
pub(crate) fn median(values: &[f64]) -> f64 {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    let middle = sorted.len() / 2;
    match (sorted.len() % 2, sorted.get(middle)) {
        (_, None) => f64::NAN,
        (1, Some(value)) => *value,
        (_, Some(value)) => (sorted[middle - 1] + value) / 2.0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_median_is_the_middle() {
        assert_eq!(median(&[3.0, 1.0, 2.0]), 2.0);
        assert_eq!(median(&[4.0, 1.0, 2.0, 3.0]), 2.5);
        assert!(median(&[]).is_nan());
    }

    #[test]
    fn bounds_hold_or_not() {
        assert!(Bound::AtMost(1.1).holds(1.1) && !Bound::AtMost(1.1).holds(1.11));
        assert!(Bound::AtLeast(1.05).holds(1.05) && !Bound::AtLeast(1.05).holds(1.0));
        assert!(!Bound::AtMost(1.0).holds(f64::NAN) && Bound::None.holds(f64::NAN));
        let line = Outcome::ratio("x", "", Bound::AtMost(1.0), vec![0.9, 3.0, 0.8]);
        assert_eq!((line.ratio, line.reached), (Some(0.9), true));
        assert!(!Outcome::failed("x", "lost".to_owned()).reached);
    }
}

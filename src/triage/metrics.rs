//! The pipeline's metrics of scans: builds that are unlike the others of their repository.
//!
//! An isolation forest ([`forest`]) finds them over all three metrics at once; robust z-scores then say
//! in which metric a build stands out. A tenth is always the most unusual tenth: the score orders, the
//! z-score explains, and a person decides whether it matters.

pub mod forest;
pub mod intake;

use crate::ids::ScanId;
use crate::text::{SafeText, counted};
use serde::Serialize;
use std::fmt;

/// With fewer builds nothing can be called unusual.
pub const ROWS_MIN: usize = 5;

/// The share of builds that are taken for anomalies.
const CONTAMINATION: f64 = 0.1;

/// From which robust z-score on a single metric counts as standing out (Iglewicz and Hoaglin, 1993).
pub const OUTLYING_Z: f64 = 3.5;

/// The metrics of one scan's build; what was not measured is none.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Build {
    /// The scan.
    pub scan_id: ScanId,
    /// How long the build took.
    pub build_duration_seconds: Option<f64>,
    /// How large what it made is.
    pub artifact_size_bytes: Option<i64>,
    /// How many files had changed.
    pub num_changed_files: Option<i32>,
}

/// A metric.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Feature {
    /// How long the build took.
    BuildDurationSeconds,
    /// How large what it made is.
    ArtifactSizeBytes,
    /// How many files had changed.
    NumChangedFiles,
}

/// The metrics, in the order of the columns.
pub const FEATURES: [Feature; 3] =
    [Feature::BuildDurationSeconds, Feature::ArtifactSizeBytes, Feature::NumChangedFiles];

impl Feature {
    /// The metric as a person calls it.
    pub fn words(self) -> &'static str {
        match self {
            Feature::BuildDurationSeconds => "build duration",
            Feature::ArtifactSizeBytes => "artifact size",
            Feature::NumChangedFiles => "changed files",
        }
    }

    /// What it is counted in.
    pub fn unit(self) -> &'static str {
        match self {
            Feature::BuildDurationSeconds => "s",
            Feature::ArtifactSizeBytes => "bytes",
            Feature::NumChangedFiles => "files",
        }
    }
}

/// A build that is unlike the others, and why.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Anomaly {
    /// The scan.
    pub scan: ScanId,
    /// How easily the forest isolates it, 0 to 1; about 0.5 is ordinary.
    pub score: f64,
    /// The metric that stands out most.
    pub feature: Feature,
    /// How far, in robust standard deviations; negative below the median.
    pub robust_z: f64,
    /// The metric's value.
    pub value: f64,
    /// The metric's median over the builds.
    pub median: f64,
}

impl fmt::Display for Anomaly {
    /// As the screen says it: `build duration 900 s, median 60 s (robust z +12.1)`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Anomaly { feature, robust_z, value, median, .. } = self;
        let (words, unit) = (feature.words(), feature.unit());
        if robust_z.abs() < OUTLYING_Z {
            f.write_str("no metric alone stands out, their combination does; most of all ")?;
        }
        write!(
            f,
            "{words} {} {unit}, median {} {unit} (robust z {robust_z:+.1})",
            rounded(*value),
            rounded(*median)
        )
    }
}

/// Two decimals at most.
fn rounded(value: f64) -> f64 {
    (value * 100.0).round() / 100.0
}

/// The builds of one repository that are unlike the others, the most unusual first. Builds that lack a
/// metric are left out; fewer than [`ROWS_MIN`] complete ones have no anomalies.
///
/// The same builds give the same anomalies, in whatever order they come.
pub fn anomalies(builds: &[Build]) -> Vec<Anomaly> {
    let mut complete: Vec<(ScanId, [f64; 3])> =
        builds.iter().filter_map(|b| Some((b.scan_id, values(b)?))).collect();
    if complete.len() < ROWS_MIN {
        return Vec::new();
    }
    complete.sort_by_key(|(scan, _)| *scan);
    let rows: Vec<[f64; 3]> = complete.iter().map(|(_, row)| *row).collect();
    let scores = forest::scores(&rows);
    let threshold = quantile(&scores, 1.0 - CONTAMINATION);
    let centres = [0, 1, 2].map(|at| Centre::of(rows.iter().map(|row| row[at]).collect()));
    let mut found: Vec<Anomaly> = complete
        .iter()
        .zip(&scores)
        .filter(|(_, score)| **score > threshold)
        .map(|((scan, row), score)| explained(*scan, row, *score, &centres))
        .collect();
    found.sort_by(|a, b| b.score.total_cmp(&a.score).then(a.scan.cmp(&b.scan)));
    found
}

/// The build of a scan, beside the others of its repository.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Pipeline {
    /// What was measured.
    #[serde(flatten)]
    pub build: Build,
    /// With how many builds it was compared, itself included.
    pub compared_with: usize,
    /// Why it is unlike the others, where it is.
    pub anomaly: Option<Anomaly>,
    /// The same in words; or why it was not compared.
    pub note: Option<String>,
}

impl Pipeline {
    /// Compares `build` with `builds`, which holds it too.
    pub fn of(build: Build, builds: &[Build]) -> Self {
        let compared_with = builds.iter().filter(|b| values(b).is_some()).count();
        let anomaly = anomalies(builds).into_iter().find(|a| a.scan == build.scan_id);
        let note = match &anomaly {
            Some(anomaly) => Some(anomaly.to_string()),
            None if values(&build).is_none() => Some("not compared: a metric is missing".to_owned()),
            None if compared_with < ROWS_MIN => Some(format!(
                "not compared: {} measured, it takes {ROWS_MIN}",
                counted(compared_with, "build")
            )),
            None => None,
        };
        Pipeline { build, compared_with, anomaly, note }
    }
}

impl fmt::Display for Pipeline {
    /// As a person reads it: `900 s, 10 bytes, 2 files changed; unusual among 21 builds: build duration …`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Build { build_duration_seconds, artifact_size_bytes, num_changed_files, .. } = self.build;
        let measured = [
            build_duration_seconds.map(|duration| format!("{} s", rounded(duration))),
            artifact_size_bytes.map(|size| counted(size, "byte")),
            num_changed_files.map(|files| format!("{} changed", counted(files, "file"))),
        ];
        f.write_str(&measured.into_iter().flatten().collect::<Vec<_>>().join(", "))?;
        match (&self.anomaly, &self.note) {
            (Some(anomaly), _) => {
                let Anomaly { score, .. } = anomaly;
                write!(f, "; unusual among {} builds (score {score:.2}): {anomaly}", self.compared_with)
            }
            (None, Some(note)) => write!(f, "; {note}"),
            (None, None) => write!(f, "; ordinary among {} builds", self.compared_with),
        }
    }
}

/// The unusual builds of a repository.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct RepoBuilds {
    /// The repository; none where the scans do not name one.
    pub repo: Option<SafeText>,
    /// How many builds were looked at, the newest first.
    pub builds: usize,
    /// Those that are unlike the others, the most unusual first.
    pub anomalies: Vec<Anomaly>,
}

fn values(build: &Build) -> Option<[f64; 3]> {
    let values = [
        build.build_duration_seconds?,
        build.artifact_size_bytes? as f64,
        f64::from(build.num_changed_files?),
    ];
    values.iter().all(|v| v.is_finite()).then_some(values)
}

fn explained(scan: ScanId, row: &[f64; 3], score: f64, centres: &[Centre; 3]) -> Anomaly {
    let mut most = 0;
    let z = |at: usize| centres[at].robust_z(row[at]);
    for at in 1..FEATURES.len() {
        if z(at).abs() > z(most).abs() {
            most = at;
        }
    }
    Anomaly {
        scan,
        score,
        feature: FEATURES[most],
        robust_z: z(most),
        value: row[most],
        median: centres[most].median,
    }
}

/// Where the values of a metric lie, and how widely.
#[derive(Debug, Clone, Copy)]
struct Centre {
    median: f64,
    /// The spread, comparable to a standard deviation; 0 where all values are one.
    spread: f64,
}

impl Centre {
    fn of(mut values: Vec<f64>) -> Self {
        let median = median(&mut values);
        let mut off: Vec<f64> = values.iter().map(|v| (v - median).abs()).collect();
        let mean = off.iter().sum::<f64>() / off.len() as f64;
        // The factors make both estimates equal the standard deviation of a normal distribution. More
        // than half of the values being one makes the MAD 0; the mean deviation then stands in for it.
        let spread = match 1.482_602_218_505_602 * self::median(&mut off) {
            0.0 => 1.253_314_137_315_5 * mean,
            spread => spread,
        };
        Centre { median, spread }
    }

    fn robust_z(&self, value: f64) -> f64 {
        if self.spread > 0.0 { (value - self.median) / self.spread } else { 0.0 }
    }
}

fn median(values: &mut [f64]) -> f64 {
    values.sort_by(f64::total_cmp);
    let middle = values.len() / 2;
    if values.len() % 2 == 1 { values[middle] } else { values[middle - 1].midpoint(values[middle]) }
}

/// The quantile `share` of `values`, between two of them by proportion. With it the number of anomalies
/// is that of the usual implementations: of 10 different scores 1 lies above, of 21 two.
fn quantile(values: &[f64], share: f64) -> f64 {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    let place = share * (sorted.len() - 1) as f64;
    let (below, part) = (place.floor(), place.fract());
    let below = below as usize;
    let above = (below + 1).min(sorted.len() - 1);
    sorted[below] + (sorted[above] - sorted[below]) * part
}

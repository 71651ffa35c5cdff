//! The lines of the detail about what others know: the threat of its CVEs, and the build of its scan.

use super::detail_parts::Writer;
use crate::triage::detail::FindingDetail;
use crate::triage::risk::CveThreat;
use crate::triage::threat::Taken;

impl Writer<'_> {
    /// What is known of its CVEs, and from which editions; nothing where it names none.
    pub(super) fn threats(&mut self, detail: &FindingDetail) {
        let theme = self.look.theme;
        for cve in &detail.cves {
            let style = if cve.kev == Some(true) { theme.warn } else { theme.text };
            self.part("cve", &threat(cve), style);
        }
        if !detail.cves.is_empty() {
            self.part("EPSS", &edition(detail.epss_edition.as_ref()), theme.dim);
            self.part("KEV", &edition(detail.kev_edition.as_ref()), theme.dim);
        }
    }

    /// The build of the scan, beside the others of its repository.
    pub(super) fn build(&mut self, detail: &FindingDetail) {
        let Some(pipeline) = &detail.pipeline else { return };
        let theme = self.look.theme;
        let style = if pipeline.anomaly.is_some() { theme.warn } else { theme.dim };
        self.part("build", &pipeline.to_string(), style);
    }
}

/// What is known of a CVE; what is not known says so.
fn threat(cve: &CveThreat) -> String {
    let epss = cve.epss.map_or_else(|| "unknown".to_owned(), |p| format!("{:.2} %", p * 100.0));
    let percentile =
        cve.epss_percentile.map_or_else(String::new, |p| format!(" (percentile {:.0})", p * 100.0));
    format!("{}  EPSS {epss}{percentile}  KEV {}", cve.cve_id.one_line(), catalogued(cve))
}

/// What the catalogue says of a CVE.
fn catalogued(cve: &CveThreat) -> String {
    match cve.kev {
        None => return "unknown".to_owned(),
        Some(false) => return "not listed".to_owned(),
        Some(true) => {}
    }
    let mut words = vec!["exploited".to_owned()];
    if let Some(added) = cve.kev_added {
        words.push(format!("listed {added}"));
    }
    words.push(cve.kev_due.map_or("no due date".to_owned(), |due| format!("due {due}")));
    let ransomware = match cve.ransomware {
        Some(true) => "used by ransomware",
        _ => "ransomware use unknown",
    };
    words.push(ransomware.to_owned());
    words.join(", ")
}

/// The edition that this is known from.
fn edition(taken: Option<&Taken>) -> String {
    taken.map_or_else(|| "no edition was taken in: unknown".to_owned(), |taken| format!("edition {taken}"))
}

//! Which controls the entries of a category support.
//!
//! The catalogues are SOC 2 (Trust Services Criteria, 2017) and ISO/IEC 27001:2022. An entry supports a
//! control; no number of entries makes anybody compliant.

/// The categories of entries, each with the controls that it supports; the one of most entries first, since
/// they are looked for in this order.
pub const CONTROLS: &[(&str, &[&str])] = &[
    ("finding_triage", &["SOC2:CC7.1", "ISO27001:A.8.8", "ISO27001:A.8.28", "ISO27001:A.8.29"]),
    ("ai_decision", &["SOC2:CC8.1", "SOC2:CC6.1", "ISO27001:A.8.25", "ISO27001:A.8.28"]),
    ("review_gate", &["SOC2:CC8.1", "SOC2:CC6.1", "ISO27001:A.8.25", "ISO27001:A.8.28"]),
    ("policy_bypass", &["SOC2:CC8.1", "SOC2:CC6.3", "ISO27001:A.8.32", "ISO27001:A.5.3", "ISO27001:A.8.4"]),
    ("override", &["SOC2:CC8.1", "SOC2:CC6.3", "ISO27001:A.8.32", "ISO27001:A.5.3", "ISO27001:A.8.4"]),
    ("branch_rule", &["SOC2:CC7.1", "SOC2:CC8.1", "SOC2:CC6.6", "ISO27001:A.8.9"]),
    ("drift", &["SOC2:CC7.1", "SOC2:CC8.1", "SOC2:CC6.6", "ISO27001:A.8.9"]),
    ("config_change", &["SOC2:CC7.1", "SOC2:CC8.1", "SOC2:CC6.6", "ISO27001:A.8.9"]),
    ("vulnerability_dismissed", &["SOC2:CC7.1", "ISO27001:A.8.8", "ISO27001:A.8.28", "ISO27001:A.8.29"]),
    ("dependency", &["SOC2:CC7.1", "SOC2:CC9.2", "ISO27001:A.8.8", "ISO27001:A.5.21"]),
    ("quarantine", &["SOC2:CC7.2", "SOC2:CC7.3", "SOC2:CC8.1", "ISO27001:A.8.29"]),
    ("heal", &["SOC2:CC7.2", "SOC2:CC7.3", "SOC2:CC8.1", "ISO27001:A.8.29"]),
    ("auto_merge", &["SOC2:CC8.1", "ISO27001:A.8.32"]),
    ("rollback", &["SOC2:CC8.1", "ISO27001:A.8.32"]),
    ("verification", SEALING),
    ("checkpoint", SEALING),
    ("export", SEALING),
    ("report", SEALING),
    ("risk_acceptance", &["SOC2:CC3.2", "SOC2:CC9.1", "ISO27001:6.1.3"]),
];

const SEALING: &[&str] = &["SOC2:CC7.2", "SOC2:CC4.1", "ISO27001:A.8.15", "ISO27001:A.5.28"];

/// The controls that entries of `category` support; none for a category that is not known.
pub fn of(category: &str) -> &'static [&'static str] {
    CONTROLS.iter().find(|(word, _)| *word == category).map_or(&[], |(_, controls)| controls)
}

//! What a person says about a finding: verdict, comment, taking back. Pure.

//! Who a finding is across scans.

//! The one command that installs PostgreSQL on this system.

use nix::unistd::geteuid;
use std::path::Path;

/// The command that installs PostgreSQL here, for a shell; `None` on a system that we do not know.
pub fn command() -> Option<String> {
    let system = if cfg!(target_os = "macos") {
        "ID=macos\n".to_owned()
    } else {
        ["/etc/os-release", "/usr/lib/os-release"]
            .iter()
            .find_map(|path| std::fs::read_to_string(Path::new(path)).ok())
            .unwrap_or_default()
    };
    command_for(&system, geteuid().is_root())
}

/// The command for the system that `os_release` describes (os-release(5)), run by root or through sudo.
pub fn command_for(os_release: &str, root: bool) -> Option<String> {
    let value = |key: &str| {
        let line = os_release.lines().find_map(|line| line.strip_prefix(key)?.strip_prefix('='));
        line.unwrap_or("").trim_matches(['"', '\'']).to_ascii_lowercase()
    };
    let (id, version) = (value("ID"), value("VERSION_ID"));
    let like = value("ID_LIKE");
    let sudo = if root { "" } else { "sudo " };
    std::iter::once(id.as_str()).chain(like.split_whitespace()).find_map(|family| {
        Some(match family {
            // Without the setting the package starts a cluster of its own on port 5432.
            "debian" | "ubuntu" => format!(
                "{sudo}sh -c 'mkdir -p /etc/postgresql-common/createcluster.d && \
                 echo \"create_main_cluster = false\" > /etc/postgresql-common/createcluster.d/attestor.conf && \
                 apt-get update && DEBIAN_FRONTEND=noninteractive apt-get install -y postgresql'"
            ),
            "amzn" => format!("{sudo}dnf install -y postgresql15-server"),
            // What these have by default is older than 14.
            "rhel" | "centos" if version.starts_with("8") || version.starts_with("9") => {
                format!("{sudo}dnf module install -y postgresql:15/server")
            }
            "fedora" | "rhel" | "centos" => format!("{sudo}dnf install -y postgresql-server"),
            "arch" => format!("{sudo}pacman -S --needed --noconfirm postgresql"),
            "alpine" => format!("{sudo}apk add postgresql"),
            "suse" | "opensuse" => format!("{sudo}zypper --non-interactive install postgresql-server"),
            // Homebrew refuses to run as root.
            "macos" => "brew install postgresql@17".to_owned(),
            _ => return None,
        })
    })
}

/// What a person without PostgreSQL may try.
pub fn advice() -> String {
    match command() {
        Some(command) => format!("{command}\n  or repeat this with --install-postgres, which runs it"),
        None => format!("install PostgreSQL {} or newer, or set ATTESTOR_PG_BIN", super::binaries::OLDEST),
    }
}

//! The settings of a private cluster.

/// How the server is set up.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Tuning {
    /// Decisions survive a power failure.
    #[default]
    Durable,
    /// For tests alone: many connections, and nothing survives a power failure.
    Fleeting,
}

/// What a new data folder gets in its postgresql.conf, where its owner may change it.
pub const CONF: &str = "
# Written once by attestor. Changes here hold from the next start.
# The log: one file a weekday, each overwritten after a week.
logging_collector = on
log_directory = 'log'
log_filename = 'server-%a.log'
log_rotation_age = 1d
log_rotation_size = 0
log_truncate_on_rotation = on
log_line_prefix = '%m [%p] %u@%d '
# Modest: one person's console, beside everything else on the machine.
shared_buffers = 64MB
max_wal_size = 512MB
jit = off
cluster_name = 'attestor local'
";

impl Tuning {
    /// What the server is told at each start, over whatever its files say.
    pub(super) fn arguments(self) -> &'static [&'static str] {
        match self {
            Tuning::Durable => &["listen_addresses=", "unix_socket_permissions=0700"],
            Tuning::Fleeting => &[
                "listen_addresses=",
                "unix_socket_permissions=0700",
                "max_connections=200",
                "fsync=off",
                "full_page_writes=off",
                "synchronous_commit=off",
            ],
        }
    }

    /// What making the data folder is told.
    pub(super) fn initdb_arguments(self) -> &'static [&'static str] {
        match self {
            Tuning::Durable => &[],
            Tuning::Fleeting => &["--no-sync"],
        }
    }
}

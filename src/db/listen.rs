//! News of the chain: what others append, as it happens.

//! The proxy through which GitHub is reached, as the environment names it.

use crate::error::{Error, Kind, Result};
use std::fmt;
use url::Url;

/// The variables that may name it, in the order of curl; the first that is set holds.
const NAMES: [&str; 4] = ["https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"];
/// The variables that name hosts which are reached without it.
const EXCEPTIONS: [&str; 2] = ["no_proxy", "NO_PROXY"];

/// A proxy. Its login is shown by nothing.
#[derive(Clone)]
pub struct Proxy {
    address: Url,
    except: String,
}

impl Proxy {
    /// The proxy that an environment names, whose variables `env` reads; one that is empty counts as unset.
    ///
    /// # Errors
    /// `Configuration` where it names one that cannot be used; the address is not repeated, since it may hold
    /// a login.
    pub fn named(env: impl Fn(&str) -> Option<String>) -> Result<Option<Self>> {
        let set = |name: &&'static str| Some((*name, env(name).filter(|text| !text.is_empty())?));
        let Some((name, text)) = NAMES.iter().find_map(set) else { return Ok(None) };
        let wrong = |why: &str| {
            Error::new(Kind::Configuration, format!("{name} names no proxy that can be used: {why}"))
                .hint("write http://HOST:PORT or https://HOST:PORT; NO_PROXY names hosts that need none")
        };
        let with_scheme = if text.contains("://") { text.clone() } else { format!("http://{text}") };
        let address = Url::parse(&with_scheme).map_err(|e| wrong(&e.to_string()))?;
        if !matches!(address.scheme(), "http" | "https") {
            return Err(wrong("only proxies that speak HTTP are known"));
        }
        if address.host().is_none() {
            return Err(wrong("it has no host"));
        }
        let except = EXCEPTIONS.iter().find_map(set).map(|(_, hosts)| hosts).unwrap_or_default();
        // The library takes it for every name, but for no address.
        let is_everything = except.split(',').any(|host| host.trim() == "*");
        Ok((!is_everything).then_some(Proxy { address, except }))
    }

    /// The proxy as the library takes it, for https alone.
    pub(super) fn applied(&self) -> Result<reqwest::Proxy> {
        // What the library would say could repeat the address.
        let unusable = |_| Error::new(Kind::Configuration, format!("the proxy {self} cannot be used"));
        let proxy = reqwest::Proxy::https(self.address.clone()).map_err(unusable)?;
        Ok(proxy.no_proxy(reqwest::NoProxy::from_string(&self.except)))
    }
}

/// Its host and port.
impl fmt::Display for Proxy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&crate::text::visible(self.address.host_str().unwrap_or("no host")))?;
        match self.address.port_or_known_default() {
            Some(port) => write!(f, ":{port}"),
            None => Ok(()),
        }
    }
}

impl fmt::Debug for Proxy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Proxy({self})")
    }
}

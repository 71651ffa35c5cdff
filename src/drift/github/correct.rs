//! Sending the requests that put a repository right.

use super::address::RepoName;
use super::client::Client;
use super::requests::Request;
use super::trouble::Trouble;

/// Sends one request; what GitHub answers is looked at by observing again.
///
/// # Errors
/// Where [`Trouble::leaves_doubt`], it may have been done all the same.
pub async fn send(client: &Client, repo: &RepoName, request: &Request) -> Result<(), Trouble> {
    let below = request.path.iter().map(String::as_str);
    let path: Vec<&str> = ["repos", repo.owner(), repo.name()].into_iter().chain(below).collect();
    let url = client.at(&path)?;
    client.change(request.method.clone(), &url, request.body.as_ref()).await.map(drop)
}

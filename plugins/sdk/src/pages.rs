//! Following page tokens to the end.

use std::collections::HashSet;
use std::hash::{DefaultHasher, Hash, Hasher};

use crate::{Call, Client, Error, Request, Response, Result, Waited};

/// The pages of a list, each fetched while the one before it is read.
///
/// A page may be short or empty and still have a successor: only a missing or empty token is the end. A token that comes a second
/// time would lead in a circle, and is an error. After each page, [`follow`](Self::follow) must be told its token; forgetting that
/// is an error too, because it would cut the list short in silence.
#[derive(Debug)]
pub struct Pages {
    client: Client,
    first: Request,
    parameter: &'static str,
    state: State,
    /// Hashes, because there may be many tokens and they may be long.
    seen: HashSet<u64>,
    count: u64,
}

#[derive(Debug)]
enum State {
    Coming(Call),
    Untold,
    Ended,
}

impl Pages {
    /// Sends the request for the first page. The following ones are the same request, with the token as the query parameter
    /// of that name.
    pub fn start(client: &Client, first: Request, parameter: &'static str) -> Self {
        let call = client.send(first.clone());
        Self {
            client: client.clone(),
            first,
            parameter,
            state: State::Coming(call),
            seen: HashSet::new(),
            count: 0,
        }
    }

    /// The pages after one that came by another way and ended with this token.
    pub fn resume(client: &Client, first: Request, parameter: &'static str, token: &str) -> Self {
        Self {
            state: State::Coming(client.send(first.clone().query(parameter, token))),
            client: client.clone(),
            first,
            parameter,
            seen: HashSet::from([hash(token)]),
            count: 1,
        }
    }

    /// The next page, or none after the last one.
    pub fn next_page(&mut self) -> Result<Waited<Option<Response>>> {
        match &mut self.state {
            State::Coming(call) => {
                let waited = call.wait()?;
                if matches!(waited, Waited::Ready(_)) {
                    self.state = State::Untold;
                    self.count += 1;
                }
                Ok(waited.map(Some))
            }
            State::Ended => Ok(Waited::Ready(None)),
            State::Untold => Err(Error::internal(
                "the adapter asked for a page without telling the token of the last one",
            )),
        }
    }

    /// The next page, however long it takes: for the calls that have no way to say that they wait.
    pub fn next_page_blocking(&mut self) -> Result<Option<Response>> {
        loop {
            if let Waited::Ready(page) = self.next_page()? {
                return Ok(page);
            }
        }
    }

    /// Tells the token that the last page ended with, and sends the request for the next one at once.
    pub fn follow(&mut self, token: Option<&str>) -> Result<()> {
        let Some(token) = token.filter(|token| !token.is_empty()) else {
            self.state = State::Ended;
            return Ok(());
        };
        if !self.seen.insert(hash(token)) {
            self.state = State::Ended;
            return Err(Error::protocol(format!(
                "{} leads in a circle: page {} ends with a page token that an earlier page ended with",
                self.first.label(),
                self.count,
            ))
            .with_attribute("request", self.first.label()));
        }
        self.state = State::Coming(
            self.client
                .send(self.first.clone().query(self.parameter, token)),
        );
        Ok(())
    }

    /// How many pages have come.
    pub fn count(&self) -> u64 {
        self.count
    }
}

fn hash(token: &str) -> u64 {
    let mut hasher = DefaultHasher::new();
    token.hash(&mut hasher);
    hasher.finish()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ErrorCode;
    use crate::testing::{Reply, Script};

    /// Each page is its own token; reads to the end.
    fn walk(script: &Script) -> Result<u64> {
        let mut pages = Pages::start(&script.client(), Request::get("/list"), "page_token");
        while let Some(page) = pages.next_page_blocking()? {
            pages.follow(Some(page.json::<&str>()?))?;
        }
        Ok(pages.count())
    }

    #[test]
    fn a_list_ends_with_an_empty_token() {
        let script = Script::new();
        script.on("GET /list", Reply::json(r#""a/b""#));
        script.on("GET /list?page_token=a%2Fb", Reply::json(r#""c""#));
        script.on("GET /list?page_token=c", Reply::json(r#""""#));
        assert_eq!(walk(&script).unwrap(), 3);
    }

    #[test]
    fn a_token_that_any_earlier_page_had_is_an_error() {
        let script = Script::new();
        script.on("GET /list", Reply::json(r#""a""#));
        script.always("GET /list?page_token=a", Reply::json(r#""b""#));
        script.always("GET /list?page_token=b", Reply::json(r#""c""#));
        script.always("GET /list?page_token=c", Reply::json(r#""a""#));
        let error = walk(&script).unwrap_err();
        assert_eq!(error.code, ErrorCode::Protocol);
        assert_eq!(
            error.message,
            "GET /list leads in a circle: page 4 ends with a page token that an earlier page ended with"
        );
        assert_eq!(script.sent().len(), 4);
    }

    #[test]
    fn the_next_page_is_on_its_way_as_soon_as_its_token_is_told() {
        let script = Script::new();
        script.always("GET /list", Reply::json("null"));
        script.always("GET /list?page_token=2", Reply::json("null"));
        let mut pages = Pages::start(&script.client(), Request::get("/list"), "page_token");
        assert_eq!(script.sent().len(), 1);
        assert!(pages.next_page_blocking().unwrap().is_some());
        pages.follow(Some("2")).unwrap();
        assert_eq!(script.sent().len(), 2);
    }

    #[test]
    fn a_page_whose_token_is_not_told_is_a_defect() {
        let script = Script::new();
        script.always("GET /list", Reply::json("null"));
        let mut pages = Pages::start(&script.client(), Request::get("/list"), "page_token");
        pages.next_page_blocking().unwrap();
        assert_eq!(
            pages.next_page_blocking().unwrap_err().code,
            ErrorCode::Internal
        );
    }
}

//! Who waits for whom.

use std::time::Duration;

use futures::future::join_all;
use rocky_credentials::CredentialError;

use crate::support::*;

#[tokio::test]
async fn a_hundred_waiters_share_one_exchange() {
    let (script, clock) = (Script::held(numbered_tokens), SetClock::new());
    let broker = broker(m2m(), &script, &clock);
    let waiters = (0..100).map(|_| {
        let broker = broker.clone();
        tokio::spawn(async move { authorization(&broker).await })
    });
    let waiters: Vec<_> = waiters.collect();
    tokio::task::yield_now().await;
    script.permits.add_permits(100);
    for header in join_all(waiters).await {
        assert_eq!(header.unwrap(), "Bearer token-canary-1");
    }
    assert_eq!(script.count(), 1);
}

#[tokio::test]
async fn waiters_share_a_failure_and_the_next_caller_tries_again() {
    let script = Script::held(|number| match number {
        1 => json(401, r#"{"error":"invalid_client"}"#),
        _ => numbered_tokens(number),
    });
    let clock = SetClock::new();
    let broker = broker(m2m(), &script, &clock);
    let waiters = join_all((0..100).map(|_| broker.attachment()));
    // Polled in this order, so that all wait before there is an answer.
    let (errors, ()) = tokio::join!(waiters, async { script.permits.add_permits(2) });
    let first = errors.first().unwrap().clone().unwrap_err();
    assert!(matches!(first, CredentialError::Rejected { .. }));
    assert!(errors.into_iter().all(|it| it.unwrap_err() == first));
    // Nobody asks again at once.
    clock.advance(4);
    assert_eq!(error(&broker).await, first);
    assert_eq!(script.count(), 1);
    clock.advance(1);
    assert_eq!(authorization(&broker).await, "Bearer token-canary-2");
}

#[tokio::test]
async fn another_takes_over_when_whoever_asked_goes_away() {
    let script = Script::held(numbered_tokens);
    let broker = broker(m2m(), &script, &SetClock::new());
    let mut first = Box::pin(broker.attachment());
    assert!(futures::poll!(first.as_mut()).is_pending());
    let mut second = Box::pin(broker.attachment());
    assert!(futures::poll!(second.as_mut()).is_pending());
    drop(first);
    script.permits.add_permits(1);
    second.await.unwrap();
    assert_eq!(script.count(), 2);
}

#[tokio::test]
async fn one_broker_does_not_wait_for_another() {
    let slow_script = Script::held(numbered_tokens);
    let slow = broker(m2m(), &slow_script, &SetClock::new());
    let mut waiting = Box::pin(slow.attachment());
    assert!(futures::poll!(waiting.as_mut()).is_pending());
    let quick = broker(m2m(), &Script::new(numbered_tokens), &SetClock::new());
    assert_eq!(authorization(&quick).await, "Bearer token-canary-1");
}

#[tokio::test]
async fn fifty_requests_with_one_rejected_credential_have_it_renewed_once() {
    let (script, clock) = (Script::new(numbered_tokens), SetClock::new());
    let broker = broker(m2m(), &script, &clock);
    let rejected = broker.attachment().await.unwrap();
    let renewed = join_all((0..50).map(|_| broker.renewed(&rejected))).await;
    for attachment in renewed {
        let mut headers = http::HeaderMap::new();
        attachment.unwrap().unwrap().apply(&mut headers);
        assert_eq!(headers["authorization"], "Bearer token-canary-2");
    }
    // One that comes late with the old one gets the new one too.
    assert!(broker.renewed(&rejected).await.unwrap().is_some());
    assert_eq!(script.count(), 2);
}

#[tokio::test]
async fn whoever_has_credentials_rejected_again_and_again_gets_another_every_half_minute() {
    let (script, clock) = (Script::new(numbered_tokens), SetClock::new());
    let broker = broker(m2m(), &script, &clock);
    for _ in 0..100 {
        let rejected = broker.attachment().await.unwrap();
        broker.renewed(&rejected).await.unwrap();
    }
    assert_eq!(script.count(), 2);
    clock.advance(29);
    let rejected = broker.attachment().await.unwrap();
    assert!(broker.renewed(&rejected).await.unwrap().is_none());
    clock.advance(1);
    assert!(broker.renewed(&rejected).await.unwrap().is_some());
    assert_eq!(script.count(), 3);
}

#[tokio::test]
async fn a_credential_is_replaced_before_it_expires() {
    let (script, clock) = (Script::new(numbered_tokens), SetClock::new());
    let broker = broker(m2m(), &script, &clock);
    assert_eq!(authorization(&broker).await, "Bearer token-canary-1");
    clock.advance(3_539);
    assert_eq!(authorization(&broker).await, "Bearer token-canary-1");
    clock.advance(1);
    assert_eq!(authorization(&broker).await, "Bearer token-canary-2");
}

#[tokio::test]
async fn a_failed_refresh_does_not_matter_while_the_old_one_is_valid() {
    let script = Script::new(|number| match number {
        1 => numbered_tokens(1),
        _ => json(400, r#"{"error":"invalid_client"}"#),
    });
    let clock = SetClock::new();
    let broker = broker(m2m(), &script, &clock);
    let first = broker.attachment().await.unwrap();
    clock.advance(3_550);
    for _ in 0..5 {
        assert_eq!(authorization(&broker).await, "Bearer token-canary-1");
    }
    assert_eq!(script.count(), 2, "the server is left in peace for a while");
    // Once a server has rejected it, the old one is no way out.
    broker.renewed(&first).await.unwrap_err();
    clock.advance(50);
    error(&broker).await;
}

#[tokio::test]
async fn a_renewal_that_changes_nothing_is_none() {
    let script = Script::new(|_| token("the-same-token", 3_600));
    let broker = broker(m2m(), &script, &SetClock::new());
    let rejected = broker.attachment().await.unwrap();
    assert!(broker.renewed(&rejected).await.unwrap().is_none());
    assert_eq!(script.count(), 2);
}

#[tokio::test]
async fn a_server_that_is_not_at_its_best_is_asked_thrice_at_most() {
    for status in [429, 500, 502, 503, 504] {
        let script = Script::new(move |number| match number {
            3 => numbered_tokens(3),
            _ => json(status, "{}"),
        });
        let broker = broker(m2m(), &script, &SetClock::new());
        assert_eq!(authorization(&broker).await, "Bearer token-canary-3");
    }
    let script = Script::new(|_| json(503, r#"{"error":"temporarily_unavailable"}"#));
    let broker = broker(m2m(), &script, &SetClock::new());
    let error = error(&broker).await;
    assert_eq!(
        error.to_string(),
        "https://dbc-1.example/oidc/v1/token answered 503 to the client credentials: temporarily_unavailable"
    );
    assert_eq!(script.count(), 3);
}

async fn check_pause(retry_after: &'static str, expected: Option<Duration>) {
    let script = Script::new(move |number| {
        let mut answer = numbered_tokens(number).unwrap();
        if number == 1 {
            *answer.status_mut() = http::StatusCode::TOO_MANY_REQUESTS;
            let headers = answer.headers_mut();
            headers.insert("retry-after", retry_after.parse().unwrap());
        }
        Ok(answer)
    });
    let clock = SetClock::new();
    let broker = broker(m2m(), &script, &clock);
    let got = broker.attachment().await;
    assert_eq!(got.is_ok().then(|| clock.moved()), expected);
}

#[tokio::test]
async fn a_server_is_left_alone_for_as_long_as_it_asks_or_altogether() {
    check_pause("4", Some(Duration::from_secs(4))).await;
    check_pause(
        "Fri, 06 Mar 2026 12:00:05 GMT",
        Some(Duration::from_secs(5)),
    )
    .await;
    check_pause("6", None).await;
    check_pause("Fri, 06 Mar 2026 13:00:00 GMT", None).await;
}

//! Signed statements: JSON Web Tokens (RFC 7519) in their compact form (RFC 7515, section 7.1).

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::Value;

use crate::error::KeyProblem;
use crate::key::SigningKey;
use crate::secret::Secret;

/// How much earlier than now a statement says that it was made: a server whose clock is a little behind must not think that it comes from the future.
pub(crate) const DATED_BACK: Duration = Duration::from_secs(30);

/// Signs claims with `RS256`. `header` has to say so.
pub(crate) fn sign(key: &SigningKey, header: &Value, claims: &Value) -> Result<Secret, KeyProblem> {
    let mut token = URL_SAFE_NO_PAD.encode(header.to_string());
    token.push('.');
    URL_SAFE_NO_PAD.encode_string(claims.to_string(), &mut token);
    let signature = key.sign(token.as_bytes())?;
    token.push('.');
    URL_SAFE_NO_PAD.encode_string(signature, &mut token);
    Ok(Secret::new(token))
}

/// A time as claims have it: whole seconds since 1970 (RFC 7519, section 2).
pub(crate) fn numeric_date(time: SystemTime) -> u64 {
    time.duration_since(UNIX_EPOCH)
        .map_or(0, |since| since.as_secs())
}

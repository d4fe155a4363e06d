//! Snowflake's key pairs: a statement signed with the user's key, itself the token.

use std::time::Duration;

use http::header::AUTHORIZATION;
use http::{HeaderName, HeaderValue};
use serde_json::json;

use crate::error::{CredentialError, KeyProblem, Setting};
use crate::jwt::{self, DATED_BACK, numeric_date};
use crate::key::SigningKey;
use crate::mint::{Context, Minted};
use crate::scheme;
use crate::secret::Secret;
use crate::source::{SecretSource, Source, off_the_runtime};

/// How long a token lives.
///
/// Snowflake takes up to an hour. A new one costs a signature and no request, so ten minutes are cheap: a stolen one is soon worthless, a clock that is some
/// minutes behind does no harm yet, and the key is read and decrypted once in nine minutes, not with every request.
const LIFE: Duration = Duration::from_secs(10 * 60);

/// Says which of Snowflake's kinds of token it is (Snowflake SQL API, "Authenticating to the server").
pub(crate) const TOKEN_TYPE: HeaderName =
    HeaderName::from_static("x-snowflake-authorization-token-type");

/// A user of Snowflake and the user's key. A new statement is signed every 9 minutes. `Debug` shows no secret.
#[derive(Clone, Debug)]
pub struct SnowflakeKeyPair {
    /// The account's identifier, in any of its spellings; see [`jwt_account`].
    pub account: String,
    /// The user's login name.
    pub user: String,
    /// The private RSA key: PEM of PKCS#8, plain or encrypted, or of PKCS#1.
    pub private_key: SecretSource,
    /// What decrypts the key, if it is encrypted.
    pub passphrase: Option<SecretSource>,
}

/// Signs for a user.
#[derive(Debug)]
pub(crate) struct KeyPair {
    /// `ACCOUNT.USER`, as the claims have it.
    subject: String,
    private_key: Source,
    passphrase: Option<Source>,
}

impl KeyPair {
    pub(crate) fn new(
        config: SnowflakeKeyPair,
        context: &Context,
    ) -> Result<Self, CredentialError> {
        let (account, user) = (config.account.trim(), config.user.trim());
        if user.is_empty() {
            return Err(CredentialError::Empty(Setting::value("user")));
        }
        if account.is_empty() {
            return Err(CredentialError::Empty(Setting::value("account")));
        }
        let is_identifier = |it: char| it.is_ascii_alphanumeric() || matches!(it, '-' | '_' | '.');
        if !account.chars().all(is_identifier) {
            return Err(CredentialError::Unusable {
                key: "account",
                value: format!("{account:?}"),
                reason: "an account is named by its identifier, such as ORGANISATION-ACCOUNT, not by a URL".to_owned(),
            });
        }
        Ok(Self {
            subject: format!("{}.{}", jwt_account(account), user.to_uppercase()),
            private_key: Source::new("private_key", config.private_key, &context.vault)?,
            passphrase: config
                .passphrase
                .map(|it| Source::new("passphrase", it, &context.vault))
                .transpose()?,
        })
    }

    pub(crate) async fn mint(&self, context: &Context) -> Result<Minted, CredentialError> {
        let private_key = self.private_key.read(context).await?;
        let passphrase = match &self.passphrase {
            Some(passphrase) => Some(passphrase.read(context).await?),
            None => None,
        };
        let subject = self.subject.clone();
        let now = numeric_date(context.clock.now());
        let signed =
            off_the_runtime(move || sign(&private_key, passphrase.as_ref(), &subject, now));
        let token = signed.await?.map_err(|problem| self.unusable(problem))?;
        context.vault.remember_sent(&token);
        let header = scheme::bearer(&token).ok_or_else(|| self.unusable(KeyProblem::Signing))?;
        let token_type = HeaderValue::from_static("KEYPAIR_JWT");
        Ok(Minted {
            headers: vec![(AUTHORIZATION, header), (TOKEN_TYPE, token_type)],
            life: LIFE,
        })
    }

    fn unusable(&self, problem: KeyProblem) -> CredentialError {
        CredentialError::Key {
            setting: self.private_key.setting(),
            problem,
        }
    }
}

/// Signs the claims that Snowflake wants (Snowflake, "Using key-pair authentication").
fn sign(
    private_key: &Secret,
    passphrase: Option<&Secret>,
    subject: &str,
    now: u64,
) -> Result<Secret, KeyProblem> {
    let key = SigningKey::parse(private_key.expose(), passphrase)?;
    let header = json!({"alg": "RS256", "typ": "JWT"});
    let claims = json!({
        "iss": format!("{subject}.{}", key.fingerprint()?),
        "sub": subject,
        "iat": now.saturating_sub(DATED_BACK.as_secs()),
        "exp": now + LIFE.as_secs(),
    });
    jwt::sign(&key, &header, &claims)
}

/// An account's identifier as the claims of a token want it: in capitals, without region, and with hyphens for the periods that remain
/// (Snowflake, "Using key-pair authentication").
///
/// ```
/// use rocky_credentials::jwt_account;
/// assert_eq!(jwt_account("acme-prod_eu"), "ACME-PROD_EU");
/// assert_eq!(jwt_account("xy12345.eu-central-1.aws"), "XY12345");
/// assert_eq!(jwt_account("acme-x7k2.global"), "ACME");
/// ```
pub fn jwt_account(account: &str) -> String {
    let account = account.to_uppercase();
    // Of a replicated account, what identifies the connection begins with a hyphen; of any other, the region begins with a period.
    let end = if account.contains(".GLOBAL") {
        '-'
    } else {
        '.'
    };
    let without_region = match account.split_once(end) {
        Some((name, _)) if !name.is_empty() => name,
        _ => &account,
    };
    without_region.replace('.', "-")
}

#[cfg(test)]
mod tests {
    use super::*;

    proptest::proptest! {
        #[test]
        fn an_account_as_claims_want_it_is_left_alone(
            account in "[a-zA-Z0-9._-]{0,12}(\\.global|\\.GLOBAL|-x)?(\\.[a-z0-9-]{1,8}){0,2}"
        ) {
            let once = jwt_account(&account);
            proptest::prop_assert!(!once.contains('.'));
            proptest::prop_assert_eq!(jwt_account(&once), once);
        }
    }
}

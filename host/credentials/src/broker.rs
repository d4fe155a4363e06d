use std::fmt;
use std::sync::{Arc, Mutex};

use crate::attachment::Attachment;
use crate::cache::Cache;
use crate::clock::Clock;
use crate::config::CredentialConfig;
use crate::error::CredentialError;
use crate::flight::{Flight, lock};
use crate::mint::{Context, Credential, Minter};
use crate::secret::Secret;
use crate::transport::TokenTransport;

/// Holds the credential of one adapter and gets another whenever it is needed. Cheap to clone; the clones share what they hold.
///
/// A credential that expires is replaced a minute before its end, or at half its life where that is shorter than two minutes. What does not say how long it
/// lives counts as valid for 5 minutes. However many callers wait, there is one exchange, and they share its outcome. While the old credential is valid, a
/// failure to replace it is no failure. Any other stands for 5 seconds, in which nobody is asked again.
#[derive(Clone)]
pub struct Broker(Arc<Shared>);

struct Shared {
    kind: &'static str,
    credential: Credential,
    context: Context,
    cache: Mutex<Cache>,
    flight: Flight<Result<Attachment, CredentialError>>,
}

impl Broker {
    /// Checks a configuration. Nothing is read, run or sent before the first [attachment](Self::attachment).
    ///
    /// # Errors
    ///
    /// When something is empty, cannot be sent in a header, or would send a secret in the clear to another machine; and when a Google file that is given as a text
    /// is not what it should be.
    pub fn new(
        config: CredentialConfig,
        transport: Arc<dyn TokenTransport>,
        clock: Arc<dyn Clock>,
    ) -> Result<Self, CredentialError> {
        let context = Context::new(transport, clock);
        Ok(Self(Arc::new(Shared {
            kind: config.kind(),
            credential: Credential::new(config, &context)?,
            context,
            cache: Mutex::new(Cache::default()),
            flight: Flight::new(),
        })))
    }

    /// Whether requests go out as they are.
    pub fn is_none(&self) -> bool {
        self.0.kind == CredentialConfig::None.kind()
    }

    /// What a configuration file calls this kind of credential, such as `bearer` or `oauth-client-credentials`.
    pub fn kind(&self) -> &'static str {
        self.0.kind
    }

    /// The origin of the endpoint where tokens come from. None where they come from none, or from one that is named in a file which has not been read yet.
    pub fn token_origin(&self) -> Option<String> {
        self.0.context.token_origin()
    }

    /// What to attach to a request now.
    ///
    /// # Errors
    ///
    /// When there is no valid credential and none can be had.
    pub async fn attachment(&self) -> Result<Attachment, CredentialError> {
        match &self.0.credential {
            Credential::Fixed(attachment) => Ok(attachment.clone()),
            Credential::Minted(minter) => self.0.fresh_or_minted(minter).await,
        }
    }

    /// What to attach after a server rejected an attachment, which is then used no more. None where it would be the same again: then the answer stands.
    ///
    /// At most every 30 seconds one is replaced for that, so that whoever can have a server reject credentials cannot have one got each time. In between the answer
    /// stands as well.
    ///
    /// Several requests may come with the same rejected attachment; the first has it replaced, the others get what replaced it.
    ///
    /// # Errors
    ///
    /// When no other credential can be had.
    pub async fn renewed(
        &self,
        rejected: &Attachment,
    ) -> Result<Option<Attachment>, CredentialError> {
        let Credential::Minted(minter) = &self.0.credential else {
            return Ok(None);
        };
        let now = self.0.context.clock.now();
        if !lock(&self.0.cache).reject(rejected.generation, now) {
            return Ok(None);
        }
        let mut renewed = self.0.fresh_or_minted(minter).await?;
        if renewed.generation == rejected.generation {
            // A refresh that failed just now had still handed out the old one.
            renewed = self.0.fresh_or_minted(minter).await?;
        }
        Ok((!renewed.says_the_same_as(rejected)).then_some(renewed))
    }

    /// Takes every secret that this broker holds, or held lately, out of a text. What is shorter than 6 bytes stays: it would be found by chance.
    pub fn redact(&self, text: String) -> String {
        self.0.context.vault.redact(text)
    }

    /// The secrets as they were or are sent, the longest first: what a server may echo. None is shorter than 6 bytes.
    ///
    /// They change with every new credential, so ask after the attachment has been got.
    pub fn needles(&self) -> Vec<Secret> {
        self.0.context.vault.needles()
    }

    /// The same, and what was sent with this attachment, however many others there were since: what may be echoed in the answer to its request.
    pub fn needles_with(&self, attachment: &Attachment) -> Vec<Secret> {
        let mut needles = self.needles();
        for secret in attachment.secrets() {
            if !needles.contains(secret) {
                needles.push(secret.clone());
            }
        }
        needles.sort_by_key(|it| std::cmp::Reverse(it.expose().len()));
        needles
    }
}

impl Shared {
    async fn fresh_or_minted(&self, minter: &Minter) -> Result<Attachment, CredentialError> {
        if let Some(known) = self.known() {
            return known;
        }
        let mint = async {
            // Another flight may have ended between the look above and the start of this one.
            match self.known() {
                Some(known) => known,
                None => self.mint(minter).await,
            }
        };
        self.flight.run(mint).await
    }

    /// What can be said without asking anybody.
    fn known(&self) -> Option<Result<Attachment, CredentialError>> {
        let now = self.context.clock.now();
        let cache = lock(&self.cache);
        let fresh = cache.fresh(now).map(Ok);
        fresh.or_else(|| cache.failure(now).map(Err))
    }

    async fn mint(&self, minter: &Minter) -> Result<Attachment, CredentialError> {
        let asked_at = self.context.clock.now();
        match minter.mint(&self.context).await {
            Ok(minted) => {
                let secrets = self.context.vault.needles();
                Ok(lock(&self.cache).hold(minted, secrets, asked_at))
            }
            Err(error) => {
                let now = self.context.clock.now();
                let mut cache = lock(&self.cache);
                let Some(still_valid) = cache.still_valid(now) else {
                    cache.fail(error.clone(), now);
                    return Err(error);
                };
                tracing::warn!(kind = self.kind, %error, "cannot replace a credential that expires soon");
                Ok(still_valid)
            }
        }
    }
}

impl fmt::Debug for Broker {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Broker")
            .field("kind", &self.0.kind)
            .field("credential", &self.0.credential)
            .field("context", &self.0.context)
            .finish_non_exhaustive()
    }
}

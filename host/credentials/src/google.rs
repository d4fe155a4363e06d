//! Tokens for the JSON files that Google hands out: a service account's key, and what a login of gcloud leaves.

use std::time::{Duration, SystemTime};

use http::{HeaderName, HeaderValue};
use serde_json::{Map, Value, json};
use url::Url;

use crate::answer;
use crate::endpoint;
use crate::error::{CredentialError, Grant, Setting};
use crate::exchange::Question;
use crate::jwt::{self, DATED_BACK, numeric_date};
use crate::key::SigningKey;
use crate::mint::{Context, Minted};
use crate::secret::Secret;
use crate::source::{SecretSource, Source, off_the_runtime};

/// Where tokens are, and whom an assertion addresses even where its file names another endpoint, as Google's own libraries have it.
const TOKEN_URI: &str = "https://oauth2.googleapis.com/token";

/// What a service account asks for when nobody says: the least that lets it query BigQuery.
const BIGQUERY: &str = "https://www.googleapis.com/auth/bigquery";

/// The longest life that Google lets an assertion have.
const ASSERTION_LIFE: Duration = Duration::from_secs(60 * 60);

/// The grant type of RFC 7523.
const JWT_BEARER: &str = "urn:ietf:params:oauth:grant-type:jwt-bearer";

/// Names the project that pays and whose quota counts.
const QUOTA_PROJECT: HeaderName = HeaderName::from_static("x-goog-user-project");

/// A service account of Google Cloud, which signs who it is (RFC 7523). `Debug` shows no secret.
#[derive(Clone, Debug)]
pub struct GoogleServiceAccount {
    /// Its JSON key file.
    pub key: SecretSource,
    /// What the token is for; none means `https://www.googleapis.com/auth/bigquery`.
    pub scopes: Vec<String>,
    /// The user for whom to act, by domain-wide delegation.
    pub subject: Option<String>,
}

/// A login that `gcloud auth application-default login` left behind. `Debug` shows no secret.
#[derive(Clone, Debug)]
pub struct GoogleAuthorizedUser {
    /// The JSON of gcloud's application default credentials.
    pub credentials: SecretSource,
    /// What the token is for; none means all that the login granted.
    pub scopes: Vec<String>,
}

/// Gets a service account its tokens.
#[derive(Debug)]
pub(crate) struct ServiceAccount {
    key: Source,
    scopes: Vec<String>,
    subject: Option<String>,
}

impl ServiceAccount {
    /// Checks the file where it is given as a text.
    pub(crate) fn new(
        config: GoogleServiceAccount,
        context: &Context,
    ) -> Result<Self, CredentialError> {
        let account = Self {
            key: Source::new("key", config.key, &context.vault)?,
            scopes: config.scopes,
            subject: config.subject,
        };
        if let Some(text) = account.key.text() {
            context.note_endpoint(&account.parse(text, context)?.token_uri);
        }
        Ok(account)
    }

    pub(crate) async fn mint(&self, context: &Context) -> Result<Minted, CredentialError> {
        let text = self.key.read(context).await?;
        let file = self.parse(&text, context)?;
        context.note_endpoint(&file.token_uri);
        let assertion = self.assertion(&file, context).await?;
        context.vault.remember_sent(&assertion);
        let form = [
            ("grant_type", JWT_BEARER),
            ("assertion", assertion.expose()),
        ];
        let question = Question::post(Grant::JwtBearer, &file.token_uri, &form);
        let answer = question.ask(context).await?;
        answer::read(&question, &answer, context)
    }

    fn parse(
        &self,
        text: &Secret,
        context: &Context,
    ) -> Result<ServiceAccountFile, CredentialError> {
        let file = File::parse(text, "service_account", self.key.setting())?;
        let private_key = Secret::new(file.text("private_key")?);
        context.vault.remember_read(&private_key);
        Ok(ServiceAccountFile {
            client_email: file.text("client_email")?,
            private_key,
            private_key_id: file.optional("private_key_id"),
            token_uri: file.token_uri()?,
        })
    }

    /// Says who asks for what, signed with the account's key.
    async fn assertion(
        &self,
        file: &ServiceAccountFile,
        context: &Context,
    ) -> Result<Secret, CredentialError> {
        let mut header = json!({"alg": "RS256", "typ": "JWT"});
        if let (Some(id), Some(fields)) = (&file.private_key_id, header.as_object_mut()) {
            fields.insert("kid".to_owned(), json!(id));
        }
        let claims = self.claims(&file.client_email, context.clock.now());
        let private_key = file.private_key.clone();
        let signed = off_the_runtime(move || {
            let key = SigningKey::parse(private_key.expose(), None)?;
            jwt::sign(&key, &header, &claims)
        });
        signed.await?.map_err(|problem| CredentialError::Key {
            setting: self.key.setting(),
            problem,
        })
    }

    fn claims(&self, client_email: &str, now: SystemTime) -> Value {
        let scope = match self.scopes.as_slice() {
            [] => BIGQUERY.to_owned(),
            scopes => scopes.join(" "),
        };
        let issued_at = numeric_date(now).saturating_sub(DATED_BACK.as_secs());
        let mut claims = json!({
            "iss": client_email,
            "scope": scope,
            "aud": TOKEN_URI,
            "iat": issued_at,
            "exp": issued_at + ASSERTION_LIFE.as_secs(),
        });
        if let (Some(subject), Some(fields)) = (&self.subject, claims.as_object_mut()) {
            fields.insert("sub".to_owned(), json!(subject));
        }
        claims
    }
}

struct ServiceAccountFile {
    client_email: String,
    private_key: Secret,
    private_key_id: Option<String>,
    token_uri: Url,
}

/// Gets a login its tokens.
#[derive(Debug)]
pub(crate) struct AuthorizedUser {
    credentials: Source,
    scopes: Vec<String>,
}

impl AuthorizedUser {
    /// Checks the file where it is given as a text.
    pub(crate) fn new(
        config: GoogleAuthorizedUser,
        context: &Context,
    ) -> Result<Self, CredentialError> {
        let login = Self {
            credentials: Source::new("credentials", config.credentials, &context.vault)?,
            scopes: config.scopes,
        };
        if let Some(text) = login.credentials.text() {
            context.note_endpoint(&login.parse(text, context)?.token_uri);
        }
        Ok(login)
    }

    pub(crate) async fn mint(&self, context: &Context) -> Result<Minted, CredentialError> {
        let text = self.credentials.read(context).await?;
        let file = self.parse(&text, context)?;
        context.note_endpoint(&file.token_uri);
        let scope = self.scopes.join(" ");
        let mut form = vec![
            ("grant_type", "refresh_token"),
            ("client_id", file.client_id.as_str()),
            ("client_secret", file.client_secret.expose()),
            ("refresh_token", file.refresh_token.expose()),
        ];
        if !scope.is_empty() {
            form.push(("scope", &scope));
        }
        let question = Question::post(Grant::RefreshToken, &file.token_uri, &form);
        let answer = question.ask(context).await?;
        let mut minted = answer::read(&question, &answer, context)?;
        minted
            .headers
            .extend(file.quota_project.map(|project| (QUOTA_PROJECT, project)));
        Ok(minted)
    }

    fn parse(
        &self,
        text: &Secret,
        context: &Context,
    ) -> Result<AuthorizedUserFile, CredentialError> {
        let file = File::parse(text, "authorized_user", self.credentials.setting())?;
        let secret = |name| -> Result<Secret, CredentialError> {
            let secret = Secret::new(file.text(name)?);
            context.vault.remember_in_form(&secret);
            Ok(secret)
        };
        let quota_project = file.optional("quota_project_id");
        let quota_project = quota_project.map(HeaderValue::try_from).transpose();
        Ok(AuthorizedUserFile {
            client_id: file.text("client_id")?,
            client_secret: secret("client_secret")?,
            refresh_token: secret("refresh_token")?,
            quota_project: quota_project
                .map_err(|_| file.problem("`quota_project_id` is not the name of a project"))?,
            token_uri: file.token_uri()?,
        })
    }
}

struct AuthorizedUserFile {
    client_id: String,
    client_secret: Secret,
    refresh_token: Secret,
    quota_project: Option<HeaderValue>,
    token_uri: Url,
}

/// The fields of a JSON file, and what to call it in errors. Read by hand, since the errors of a derived reader quote what they read.
struct File {
    fields: Map<String, Value>,
    expected: &'static str,
    setting: Setting,
}

impl File {
    fn parse(
        text: &Secret,
        expected: &'static str,
        setting: Setting,
    ) -> Result<Self, CredentialError> {
        let mut file = Self {
            fields: Map::new(),
            expected,
            setting,
        };
        match serde_json::from_str(text.expose()) {
            Ok(Value::Object(fields)) => file.fields = fields,
            Ok(_) => return Err(file.problem("it is no JSON object")),
            Err(error) => {
                let place = format!("line {}, column {}", error.line(), error.column());
                return Err(file.problem(&format!("it is not JSON ({place})")));
            }
        }
        match file.optional("type") {
            Some(actual) if actual == expected => Ok(file),
            // What stands there may be anything, in a file that is not what it should be.
            Some(actual) if KNOWN_TYPES.contains(&actual.as_str()) => {
                Err(file.problem(&format!("its `type` is {actual}")))
            }
            Some(_) => Err(file.problem("its `type` is another")),
            None => Err(file.problem("it has no `type`")),
        }
    }

    fn optional(&self, name: &str) -> Option<String> {
        let text = self.fields.get(name).and_then(Value::as_str);
        text.filter(|text| !text.is_empty()).map(ToOwned::to_owned)
    }

    fn text(&self, name: &str) -> Result<String, CredentialError> {
        self.optional(name)
            .ok_or_else(|| self.problem(&format!("it has no `{name}`")))
    }

    fn token_uri(&self) -> Result<Url, CredentialError> {
        let text = self.optional("token_uri");
        let url = Url::parse(text.as_deref().unwrap_or(TOKEN_URI))
            .map_err(|_| self.problem("its `token_uri` is not a URL"))?;
        endpoint::check("token_uri", &url).map_err(|error| self.problem(&error.to_string()))?;
        Ok(url)
    }

    fn problem(&self, problem: &str) -> CredentialError {
        CredentialError::KeyFile {
            setting: self.setting.clone(),
            expected: self.expected,
            problem: problem.to_owned(),
        }
    }
}

/// The types that such files have.
const KNOWN_TYPES: [&str; 6] = [
    "authorized_user",
    "service_account",
    "external_account",
    "external_account_authorized_user",
    "impersonated_service_account",
    "gdch_service_account",
];

//! `[adapter.NAME.auth]`

use std::collections::BTreeMap;
use std::path::Path;

use rocky_credentials::{
    ClientAuth, CredentialConfig, GoogleAuthorizedUser, GoogleMetadata, GoogleServiceAccount,
    OauthClientCredentials, Secret, SecretSource, SnowflakeKeyPair, SnowflakeOauth,
    SnowflakeTokenType, databricks_m2m,
};
use rocky_plugin::Origin;
use url::Url;

pub use crate::config::auth_shapes::AUTH;
use crate::config::auth_shapes::{
    CLIENT_SECRET, CREDENTIALS, KEY, PASSPHRASE, PASSWORD, PRIVATE_KEY, REFRESH_TOKEN,
    SNOWFLAKE_LOGIN, TOKEN, VALUE,
};
use crate::config::document::Mistake;
use crate::config::section::Section;
use crate::config::shape::{SecretKeys, TAG};

/// How an adapter proves who it is.
#[derive(Clone, Debug)]
pub struct Auth(Kind);

#[derive(Clone, Debug)]
enum Kind {
    Ready(CredentialConfig),
    /// Its token endpoint is the adapter's own.
    DatabricksM2m {
        client_id: String,
        client_secret: SecretSource,
    },
    /// As well.
    SnowflakeOauth {
        client_id: String,
        client_secret: SecretSource,
        refresh_token: SecretSource,
    },
}

impl Auth {
    /// Not at all.
    pub fn none() -> Self {
        Self(Kind::Ready(CredentialConfig::None))
    }

    /// What the credentials' broker is told, for an adapter with this endpoint.
    pub fn for_endpoint(&self, endpoint: &Origin) -> CredentialConfig {
        match &self.0 {
            Kind::Ready(config) => config.clone(),
            Kind::DatabricksM2m {
                client_id,
                client_secret,
            } => databricks_m2m(&endpoint.to_url(), client_id, client_secret.clone()),
            Kind::SnowflakeOauth {
                client_id,
                client_secret,
                refresh_token,
            } => CredentialConfig::SnowflakeOauth(SnowflakeOauth {
                endpoint: endpoint.to_url(),
                client_id: client_id.clone(),
                client_secret: client_secret.clone(),
                refresh_token: refresh_token.clone(),
            }),
        }
    }
}

/// Reads the section. Paths in it are relative to `directory`.
pub fn read(mut section: Section, directory: &Path) -> Result<Auth, Mistake> {
    let of_type = section.required_choice(TAG)?;
    if let Some((_, shape)) = AUTH.shapes.iter().find(|(it, _)| *it == of_type) {
        section.becomes(shape);
    }
    let mut reader = Reader {
        section: &mut section,
        directory,
    };
    let kind = match of_type.as_str() {
        "bearer" => Kind::Ready(CredentialConfig::Bearer {
            token: reader.required_source(TOKEN)?,
        }),
        "basic" => Kind::Ready(CredentialConfig::Basic {
            username: reader.section.required_name("username")?,
            password: reader.required_source(PASSWORD)?,
        }),
        "header" => Kind::Ready(reader.header()?),
        "oauth-client-credentials" => Kind::Ready(reader.client_credentials()?),
        "oauth-m2m" => Kind::DatabricksM2m {
            client_id: reader.section.required_name("client_id")?,
            client_secret: reader.required_source(CLIENT_SECRET)?,
        },
        "google-service-account" => Kind::Ready(CredentialConfig::GoogleServiceAccount(
            GoogleServiceAccount {
                key: reader.required_source(KEY)?,
                scopes: reader.scopes()?,
                subject: reader.section.text("subject")?,
            },
        )),
        "google-authorized-user" => Kind::Ready(CredentialConfig::GoogleAuthorizedUser(
            GoogleAuthorizedUser {
                credentials: reader.required_source(CREDENTIALS)?,
                scopes: reader.scopes()?,
            },
        )),
        "google-metadata" => Kind::Ready(reader.metadata()?),
        "snowflake-key-pair" => Kind::Ready(CredentialConfig::SnowflakeKeyPair(SnowflakeKeyPair {
            account: reader.section.required_name("account")?,
            user: reader.section.required_name("user")?,
            private_key: reader.required_source(PRIVATE_KEY)?,
            passphrase: reader.source(PASSPHRASE)?,
        })),
        "snowflake-pat" => Kind::Ready(CredentialConfig::SnowflakeToken {
            token_type: SnowflakeTokenType::ProgrammaticAccessToken,
            token: reader.required_source(TOKEN)?,
        }),
        "snowflake-oauth" => reader.snowflake_oauth()?,
        _ => Kind::Ready(CredentialConfig::None),
    };
    section.finish()?;
    Ok(Auth(kind))
}

struct Reader<'r, 'a> {
    section: &'r mut Section<'a>,
    directory: &'r Path,
}

impl Reader<'_, '_> {
    fn required_source(&mut self, keys: SecretKeys) -> Result<SecretSource, Mistake> {
        let [text, file, command] = keys;
        match self.source(keys)? {
            Some(source) => Ok(source),
            None => Err(self.section.missing_one(
                text,
                &format!("write `{text} = \"${{VARIABLE}}\"`, or give `{file}` or `{command}`"),
            )),
        }
    }

    /// A secret, given in one of three ways.
    fn source(
        &mut self,
        [text, file, command]: SecretKeys,
    ) -> Result<Option<SecretSource>, Mistake> {
        let mut found = Vec::new();
        if let Some((text, mark)) = self.section.marked_text(text)? {
            found.push((SecretSource::Text(Secret::new(text)), mark));
        }
        if let Some((path, mark)) = self.section.marked_text(file)? {
            found.push((SecretSource::File(self.directory.join(path)), mark));
        }
        if let Some((words, mark)) = self.section.marked_texts(command)? {
            let words = words.into_iter().map(|(word, _)| word).collect();
            found.push((SecretSource::Command(words), mark));
        }
        match &found[..] {
            [] | [_] => Ok(found.pop().map(|(source, _)| source)),
            [_, (_, mark), ..] => {
                let message = format!("give only one of `{text}`, `{file}` and `{command}`");
                Err(self.section.error_at(mark, &message, None))
            }
        }
    }

    fn header(&mut self) -> Result<CredentialConfig, Mistake> {
        let (name, mark) = self.section.required_marked_text("header")?;
        let header = name.parse();
        let header = header.map_err(|_| {
            let message = format!("`header` is no name of a header: `{name}`");
            self.section.error_at(&mark, &message, None)
        })?;
        Ok(CredentialConfig::Header {
            name: header,
            value: self.required_source(VALUE)?,
        })
    }

    fn client_credentials(&mut self) -> Result<CredentialConfig, Mistake> {
        let (text, mark) = self.section.required_marked_text("token_url")?;
        let token_url = Url::parse(&text).map_err(|error| {
            let message = format!("`token_url` is no URL: {error}");
            self.section.error_at(&mark, &message, None)
        })?;
        let client_auth = match self.section.choice("client_auth")?.as_deref() {
            Some("body") => ClientAuth::Body,
            _ => ClientAuth::Basic,
        };
        let mut extra = BTreeMap::new();
        if let Some(section) = self.section.section("extra")? {
            extra = section.all_texts()?;
        }
        let config = OauthClientCredentials {
            token_url,
            client_id: self.section.required_name("client_id")?,
            client_secret: self.required_source(CLIENT_SECRET)?,
            scope: self.section.text("scope")?,
            extra,
            client_auth,
        };
        Ok(CredentialConfig::OauthClientCredentials(config))
    }

    /// A token that somebody else renews, or a refresh token that gets one.
    fn snowflake_oauth(&mut self) -> Result<Kind, Mistake> {
        if let Some(token) = self.source(TOKEN)? {
            return Ok(Kind::Ready(CredentialConfig::SnowflakeToken {
                token_type: SnowflakeTokenType::Oauth,
                token,
            }));
        }
        self.section.becomes(&SNOWFLAKE_LOGIN);
        let Some(refresh_token) = self.source(REFRESH_TOKEN)? else {
            return Err(self.section.missing_one(
                "token",
                "give an access token as `token`, `token_file` or `token_command`, or a `refresh_token` with `client_id` and \
                 `client_secret`",
            ));
        };
        Ok(Kind::SnowflakeOauth {
            client_id: self.section.required_name("client_id")?,
            client_secret: self.required_source(CLIENT_SECRET)?,
            refresh_token,
        })
    }

    fn metadata(&mut self) -> Result<CredentialConfig, Mistake> {
        let defaults = GoogleMetadata::default();
        let config = GoogleMetadata {
            host: self.section.text("host")?,
            service_account: self
                .section
                .text("service_account")?
                .unwrap_or(defaults.service_account),
            scopes: self.scopes()?,
        };
        Ok(CredentialConfig::GoogleMetadata(config))
    }

    fn scopes(&mut self) -> Result<Vec<String>, Mistake> {
        let scopes = self.section.texts("scopes")?.unwrap_or_default();
        Ok(scopes.into_iter().map(|(scope, _)| scope).collect())
    }
}

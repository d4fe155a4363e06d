//! What `[adapter.NAME.auth]` may hold, by its `type`.

use crate::config::shape::{Key, Kind, SecretKeys, Shape, TAG, Tagged};

pub const TOKEN: SecretKeys = ["token", "token_file", "token_command"];
pub const PASSWORD: SecretKeys = ["password", "password_file", "password_command"];
pub const VALUE: SecretKeys = ["value", "value_file", "value_command"];
pub const CLIENT_SECRET: SecretKeys = [
    "client_secret",
    "client_secret_file",
    "client_secret_command",
];
pub const KEY: SecretKeys = ["key", "key_file", "key_command"];
pub const CREDENTIALS: SecretKeys = ["credentials", "credentials_file", "credentials_command"];
pub const PRIVATE_KEY: SecretKeys = ["private_key", "private_key_file", "private_key_command"];
pub const REFRESH_TOKEN: SecretKeys = [
    "refresh_token",
    "refresh_token_file",
    "refresh_token_command",
];
pub const PASSPHRASE: SecretKeys = ["passphrase", "passphrase_file", "passphrase_command"];

/// All of it.
pub static AUTH: Tagged = Tagged {
    description: "How rocky proves who it is.",
    tag: Shape::closed(
        "How rocky proves who it is.",
        &[Key::new(
            TAG,
            Kind::Choice(&[
                "none",
                "bearer",
                "basic",
                "header",
                "oauth-client-credentials",
                "oauth-m2m",
                "google-service-account",
                "google-authorized-user",
                "google-metadata",
                "snowflake-key-pair",
                "snowflake-oauth",
                "snowflake-pat",
            ]),
            "The kind of credential.",
        )
        .required()],
    ),
    shapes: &[
        ("none", &NONE),
        ("bearer", &BEARER),
        ("basic", &BASIC),
        ("header", &HEADER),
        ("oauth-client-credentials", &OAUTH_CLIENT_CREDENTIALS),
        ("oauth-m2m", &OAUTH_M2M),
        ("google-service-account", &GOOGLE_SERVICE_ACCOUNT),
        ("google-authorized-user", &GOOGLE_AUTHORIZED_USER),
        ("google-metadata", &GOOGLE_METADATA),
        ("snowflake-key-pair", &SNOWFLAKE_KEY_PAIR),
        ("snowflake-oauth", &SNOWFLAKE_TOKEN),
        ("snowflake-oauth", &SNOWFLAKE_LOGIN),
        ("snowflake-pat", &SNOWFLAKE_PAT),
    ],
};

static NONE: Shape = Shape::closed("Sends no credential.", &[]);

static BEARER: Shape = Shape::closed(
    "Sends a token.",
    &[Key::secret(TOKEN, "The token.").required()],
);

static BASIC: Shape = Shape::closed(
    "HTTP basic.",
    &[
        Key::name("username", "The user.").required(),
        Key::secret(PASSWORD, "The password.").required(),
    ],
);

static HEADER: Shape = Shape::closed(
    "Sends a header of the warehouse's own.",
    &[
        Key::text("header", "The name of the header.").required(),
        Key::secret(VALUE, "The value of the header.").required(),
    ],
);

const CLIENT_ID: Key = Key::name("client_id", "The id of the OAuth client.").required();
const SECRET_OF_CLIENT: Key =
    Key::secret(CLIENT_SECRET, "The secret of the OAuth client.").required();
const SCOPES: Key = Key::texts("scopes", "What the token is to be good for.");

static OAUTH_CLIENT_CREDENTIALS: Shape = Shape::closed(
    "Gets tokens from any OAuth provider.",
    &[
        Key::text("token_url", "The URL where tokens are given.").required(),
        CLIENT_ID,
        SECRET_OF_CLIENT,
        Key::text("scope", "What the token is to be good for."),
        Key::new(
            "client_auth",
            Kind::Choice(&["basic", "body"]),
            "Where the client's id and secret are sent: as HTTP `basic`, unless told otherwise, or in the `body`.",
        ),
        Key::new(
            "extra",
            Kind::TextTable,
            "Further parameters of the request.",
        ),
    ],
);

static OAUTH_M2M: Shape = Shape::closed(
    "Gets tokens at the workspace's own `/oidc/v1/token`, as Databricks has it.",
    &[CLIENT_ID, SECRET_OF_CLIENT],
);

static GOOGLE_SERVICE_ACCOUNT: Shape = Shape::closed(
    "Signs for tokens with the key of a service account.",
    &[
        Key::secret(KEY, "The key, as the JSON file that Google gives.").required(),
        SCOPES,
        Key::text("subject", "The user to act for."),
    ],
);

static GOOGLE_AUTHORIZED_USER: Shape = Shape::closed(
    "Renews the login that gcloud has stored.",
    &[
        Key::secret(CREDENTIALS, "What gcloud has stored.").required(),
        SCOPES,
    ],
);

static GOOGLE_METADATA: Shape = Shape::closed(
    "Asks the machine that rocky runs on.",
    &[
        Key::text("host", "The host of the metadata server."),
        Key::text("service_account", "The service account to ask for."),
        SCOPES,
    ],
);

static SNOWFLAKE_KEY_PAIR: Shape = Shape::closed(
    "Signs in with a key.",
    &[
        Key::name("account", "The account.").required(),
        Key::name("user", "The user.").required(),
        Key::secret(PRIVATE_KEY, "The private key, as PKCS#8 in PEM.").required(),
        Key::secret(PASSPHRASE, "The passphrase of the private key."),
    ],
);

static SNOWFLAKE_TOKEN: Shape = Shape::closed(
    "Sends an OAuth token that somebody else renews.",
    &[Key::secret(TOKEN, "The access token.").required()],
);

/// What is meant where there is no access token.
pub static SNOWFLAKE_LOGIN: Shape = Shape::closed(
    "Renews an OAuth login at the account.",
    &[
        Key::secret(REFRESH_TOKEN, "The refresh token of the login.").required(),
        CLIENT_ID,
        SECRET_OF_CLIENT,
    ],
);

static SNOWFLAKE_PAT: Shape = Shape::closed(
    "Sends a programmatic access token.",
    &[Key::secret(TOKEN, "The token.").required()],
);

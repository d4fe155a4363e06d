//! RSA private keys: read from what people have, used for nothing but signatures.

use std::fmt;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use pkcs8::der::asn1::{AnyRef, BitStringRef, OctetStringRef, UintRef};
use pkcs8::der::{Decode, Encode, Reader, SliceReader};
use pkcs8::spki::{AlgorithmIdentifierRef, SubjectPublicKeyInfoRef};
use pkcs8::{EncryptedPrivateKeyInfoRef, ObjectIdentifier, PrivateKeyInfoRef, SecretDocument};
use ring::digest;
use ring::rand::SystemRandom;
use ring::signature::{KeyPair, RSA_PKCS1_SHA256, RsaKeyPair};

use crate::error::KeyProblem;
use crate::pem;
use crate::secret::Secret;

/// `rsaEncryption` (RFC 8017, appendix A.1).
const RSA: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.1.1");

/// The shortest modulus that the warehouses and `ring` take.
const SHORTEST_BITS: usize = 2048;

/// The longest modulus that `ring` signs with.
const LONGEST_BITS: usize = 4096;

/// A private key that signs with RSASSA-PKCS1-v1_5 and SHA-256, the algorithm `RS256` of RFC 7518.
pub(crate) struct SigningKey(RsaKeyPair);

impl SigningKey {
    /// Reads a PEM file. Decrypting one takes as long as whoever encrypted it wanted it to take.
    pub(crate) fn parse(text: &str, passphrase: Option<&Secret>) -> Result<Self, KeyProblem> {
        let pem = pem::parse(text)?;
        match pem.label.as_str() {
            "PRIVATE KEY" => Self::from_pkcs8(&pem.der),
            "ENCRYPTED PRIVATE KEY" => {
                let passphrase = passphrase.filter(|it| !it.expose().is_empty());
                let passphrase = passphrase.ok_or(KeyProblem::PassphraseMissing)?;
                let decrypted = decrypt(&pem.der, passphrase)?;
                Self::from_pkcs8(decrypted.as_bytes())
            }
            "RSA PRIVATE KEY" => Self::from_pkcs1(&pem.der),
            "EC PRIVATE KEY" | "DSA PRIVATE KEY" | "OPENSSH PRIVATE KEY" => Err(KeyProblem::NotRsa),
            other => Err(KeyProblem::WrongLabel(other.to_owned())),
        }
    }

    fn from_pkcs8(der: &[u8]) -> Result<Self, KeyProblem> {
        let info = PrivateKeyInfoRef::try_from(der).map_err(garbled)?;
        if info.algorithm.oid != RSA {
            return Err(KeyProblem::NotRsa);
        }
        Self::from_pkcs1(info.private_key.as_bytes())
    }

    fn from_pkcs1(der: &[u8]) -> Result<Self, KeyProblem> {
        let bits = modulus_bits(der).map_err(garbled)?;
        if bits < SHORTEST_BITS {
            return Err(KeyProblem::TooShort { bits });
        }
        if bits > LONGEST_BITS {
            return Err(KeyProblem::TooLong { bits });
        }
        RsaKeyPair::from_der(der).map(Self).map_err(garbled)
    }

    /// Signs a message.
    pub(crate) fn sign(&self, message: &[u8]) -> Result<Vec<u8>, KeyProblem> {
        let mut signature = vec![0; self.0.public().modulus_len()];
        // Random numbers hide the key from who measures the time; the signature is always the same.
        let random = SystemRandom::new();
        self.0
            .sign(&RSA_PKCS1_SHA256, &random, message, &mut signature)
            .map_err(|_| KeyProblem::Signing)?;
        Ok(signature)
    }

    /// The name that Snowflake gives the public key: `SHA256:` and the base64 of the SHA-256 of its `SubjectPublicKeyInfo` in DER (RFC 5280, section 4.1.2.7),
    /// as `DESCRIBE USER` shows it under `RSA_PUBLIC_KEY_FP`.
    pub(crate) fn fingerprint(&self) -> Result<String, KeyProblem> {
        let public_key = self.0.public_key().as_ref();
        let info = SubjectPublicKeyInfoRef {
            algorithm: AlgorithmIdentifierRef {
                oid: RSA,
                parameters: Some(AnyRef::NULL),
            },
            subject_public_key: BitStringRef::from_bytes(public_key).map_err(garbled)?,
        };
        let der = info.to_der().map_err(garbled)?;
        let hash = digest::digest(&digest::SHA256, &der);
        Ok(format!("SHA256:{}", STANDARD.encode(hash)))
    }
}

impl fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[redacted]")
    }
}

fn decrypt(der: &[u8], passphrase: &Secret) -> Result<SecretDocument, KeyProblem> {
    use pkcs8::pkcs5::Error as Encryption;
    is_encrypted_key(der).map_err(garbled)?;
    // The shape is right, so what does not decode is an algorithm that the decoder does not know.
    let info =
        EncryptedPrivateKeyInfoRef::try_from(der).map_err(|_| KeyProblem::UnsupportedEncryption)?;
    info.decrypt(passphrase.expose())
        .map_err(|error| match error {
            pkcs8::Error::EncryptedPrivateKey(
                Encryption::NoPbes1CryptSupport | Encryption::UnsupportedAlgorithm { .. },
            ) => KeyProblem::UnsupportedEncryption,
            // A wrong passphrase leaves noise, which now and then looks decrypted but is no key.
            _ => KeyProblem::WrongPassphrase,
        })
}

/// Whether it is an `EncryptedPrivateKeyInfo` (RFC 5958, section 3), whatever the algorithm.
fn is_encrypted_key(der: &[u8]) -> pkcs8::der::Result<()> {
    SliceReader::new(der)?.sequence(|fields| {
        AlgorithmIdentifierRef::decode(fields)?;
        <&OctetStringRef>::decode(fields)?;
        Ok(())
    })
}

/// The length of the modulus: the second number of `RSAPrivateKey` (RFC 8017, appendix A.1.2).
fn modulus_bits(der: &[u8]) -> pkcs8::der::Result<usize> {
    let mut reader = SliceReader::new(der)?;
    reader.sequence(|fields| {
        let _version = u8::decode(fields)?;
        let modulus = UintRef::decode(fields)?;
        while !fields.is_finished() {
            UintRef::decode(fields)?;
        }
        let bytes = modulus.as_bytes();
        let leading_zeros = bytes
            .first()
            .map_or(0, |first| first.leading_zeros() as usize);
        Ok(bytes.len() * 8 - leading_zeros)
    })
}

/// The words of a decoder name tags and lengths, never contents.
fn garbled(error: impl fmt::Display) -> KeyProblem {
    KeyProblem::Garbled(error.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(name: &str) -> String {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/keys");
        std::fs::read_to_string(format!("{folder}/test_{name}.pem")).unwrap()
    }

    fn parse(name: &str, passphrase: Option<&str>) -> Result<SigningKey, KeyProblem> {
        SigningKey::parse(&key(name), passphrase.map(Secret::new).as_ref())
    }

    /// From `openssl rsa -pubout -outform DER | openssl dgst -sha256 -binary | base64`.
    const FINGERPRINT: &str = "SHA256:d9dt5V6gOQAGkbm4UYzhrVuqViQkYyAVWatVmKzRi7I=";

    #[test]
    fn one_key_is_the_same_in_every_file() {
        for name in ["pkcs8", "pkcs1"] {
            for passphrase in [None, Some("not needed")] {
                let key = parse(&format!("rsa_2048.{name}"), passphrase).unwrap();
                assert_eq!(key.fingerprint().unwrap(), FINGERPRINT, "{name}");
            }
        }
        for name in [
            "aes256_pbkdf2",
            "aes256_pbkdf2_sha1",
            "des3_pbkdf2",
            "scrypt",
        ] {
            let key = parse(&format!("rsa_2048.{name}"), Some("test-passphrase")).unwrap();
            assert_eq!(key.fingerprint().unwrap(), FINGERPRINT, "{name}");
        }
    }

    fn check(name: &str, passphrase: Option<&str>, expected: KeyProblem) {
        assert_eq!(parse(name, passphrase).unwrap_err(), expected, "{name}");
    }

    #[test]
    fn what_cannot_be_used_is_told_apart() {
        check(
            "rsa_2048.public",
            None,
            KeyProblem::WrongLabel("PUBLIC KEY".to_owned()),
        );
        check(
            "rsa_2048.certificate",
            None,
            KeyProblem::WrongLabel("CERTIFICATE".to_owned()),
        );
        check("ec.pkcs8", None, KeyProblem::NotRsa);
        check("rsa_1024.pkcs8", None, KeyProblem::TooShort { bits: 1024 });
        check(
            "rsa_2048.pkcs1_encrypted",
            Some("test-passphrase"),
            KeyProblem::LegacyEncryption,
        );
        check(
            "rsa_2048.pbes1",
            Some("test-passphrase"),
            KeyProblem::UnsupportedEncryption,
        );
    }

    #[test]
    fn passphrases_are_missing_or_wrong() {
        for name in ["aes256_pbkdf2", "des3_pbkdf2", "scrypt"] {
            let name = format!("rsa_2048.{name}");
            check(&name, None, KeyProblem::PassphraseMissing);
            check(&name, Some(""), KeyProblem::PassphraseMissing);
            check(&name, Some("wrong"), KeyProblem::WrongPassphrase);
        }
    }

    #[test]
    fn a_damaged_key_is_called_so() {
        let lines: Vec<String> = key("rsa_2048.pkcs8")
            .lines()
            .map(ToOwned::to_owned)
            .collect();
        let without_one = [&lines[..5], &lines[6..]].concat().join("\n");
        let problem = SigningKey::parse(&without_one, None).unwrap_err();
        assert!(matches!(problem, KeyProblem::Garbled(_)), "{problem:?}");
    }
}

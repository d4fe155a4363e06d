//! Bytes of keys and values: postcard with a seal, and hashes of contents.

use postcard::ser_flavors::Flavor;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::fault::Fault;

/// The name of a content: the first half of its SHA-256. 128 bits do not collide by accident.
pub(crate) type ContentHash = u128;

pub(crate) fn content_hash(bytes: &[u8]) -> ContentHash {
    let digest = Sha256::digest(bytes);
    let mut half = [0; 16];
    half.copy_from_slice(&digest[..16]);
    u128::from_le_bytes(half)
}

/// The key of a row as far as its seal is concerned: the number and the texts that make it up.
pub(crate) struct RowKey<'a>(pub u32, pub &'a [&'a str]);

const SEAL_BYTES: usize = 4;

/// redb verifies its page checksums only when it repairs a file, so every row carries a check of its own, which covers
/// the key as well: a flipped bit is found when the row is read, and cannot become an answer.
fn seal_of(key: &RowKey<'_>, body: &[u8]) -> [u8; SEAL_BYTES] {
    let mut hasher = Sha256::new();
    hasher.update(key.0.to_le_bytes());
    for part in key.1 {
        hasher.update(part);
        hasher.update([0xff]);
    }
    hasher.update(body);
    let digest = hasher.finalize();
    [digest[0], digest[1], digest[2], digest[3]]
}

/// Encodes a row for storage under `key`.
pub(crate) fn seal<T: Serialize>(key: &RowKey<'_>, row: &T) -> Result<Vec<u8>, Fault> {
    let mut bytes = Vec::with_capacity(96);
    encode_into(row, &mut bytes)?;
    let seal = seal_of(key, &bytes);
    bytes.extend_from_slice(&seal);
    Ok(bytes)
}

/// Decodes a row that was stored under `key`; the inverse of [`seal`].
pub(crate) fn unseal<'a, T: Deserialize<'a>>(
    what: &'static str,
    key: &RowKey<'_>,
    bytes: &'a [u8],
) -> Result<T, Fault> {
    let (body, seal) = bytes
        .split_last_chunk::<SEAL_BYTES>()
        .ok_or_else(|| damaged(what))?;
    if seal_of(key, body) != *seal {
        return Err(damaged(what));
    }
    decode(what, body)
}

/// Appends `value` to `bytes`.
pub(crate) fn encode_into<T: Serialize>(
    value: &T,
    bytes: &mut Vec<u8>,
) -> Result<(), postcard::Error> {
    postcard::serialize_with_flavor(value, Append(bytes))
}

/// Writes whole slices at once; postcard's own way of growing a vector goes byte by byte.
struct Append<'a>(&'a mut Vec<u8>);

impl Flavor for Append<'_> {
    type Output = ();

    fn try_push(&mut self, byte: u8) -> postcard::Result<()> {
        self.0.push(byte);
        Ok(())
    }

    fn try_extend(&mut self, bytes: &[u8]) -> postcard::Result<()> {
        self.0.extend_from_slice(bytes);
        Ok(())
    }

    fn finalize(self) -> postcard::Result<()> {
        Ok(())
    }
}

pub(crate) fn decode<'a, T: Deserialize<'a>>(
    what: &'static str,
    bytes: &'a [u8],
) -> Result<T, Fault> {
    match postcard::take_from_bytes(bytes) {
        Ok((value, [])) => Ok(value),
        _ => Err(damaged(what)),
    }
}

pub(crate) fn damaged(what: &'static str) -> Fault {
    Fault::Damaged(format!("unreadable {what}"))
}

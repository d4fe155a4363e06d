//! Keeps a secret from coming back: a server that echoes its requests must not tell the guest what the host attached.

use bytes::{Bytes, BytesMut};

/// Replaces a secret in a stream of bytes by as many asterisks, so that no length changes.
///
/// It is found as it was sent, also where it is cut between two chunks; not where the server has encoded it in some way.
#[derive(Clone)]
struct Mask {
    secret: Vec<u8>,
    /// The end of what has come so far, where it is the beginning of the secret.
    held: BytesMut,
}

/// Replaces several secrets, one after the other.
#[derive(Clone, Default)]
pub(crate) struct Masks(Vec<Mask>);

impl Masks {
    pub(crate) fn new(secrets: impl IntoIterator<Item = Vec<u8>>) -> Self {
        let mask = |secret| Mask {
            secret,
            held: BytesMut::new(),
        };
        Self(secrets.into_iter().map(mask).collect())
    }

    /// Whether something waits for the next chunk.
    pub(crate) fn hold(&self) -> bool {
        self.0.iter().any(|mask| !mask.held.is_empty())
    }

    /// Takes a chunk and gives what of it can go on.
    pub(crate) fn chunk(&mut self, chunk: Bytes) -> Bytes {
        self.0
            .iter_mut()
            .fold(chunk, |chunk, mask| mask.chunk(chunk))
    }

    /// Gives what was held when nothing more comes.
    pub(crate) fn finish(&mut self) -> Bytes {
        let mut all = BytesMut::new();
        for mask in &mut self.0 {
            // What an earlier mask held has yet to pass the later ones.
            let mut passed = BytesMut::from(&*mask.chunk(all.freeze()));
            passed.extend_from_slice(&mask.finish());
            all = passed;
        }
        all.freeze()
    }
}

impl Mask {
    /// Takes a chunk and gives what of it can go on.
    fn chunk(&mut self, chunk: Bytes) -> Bytes {
        if self.held.is_empty() && !self.concerns(&chunk) {
            return chunk;
        }
        let mut all = std::mem::take(&mut self.held);
        all.extend_from_slice(&chunk);
        let mut from = 0;
        while let Some(at) = find(&all, &self.secret, from) {
            from = at + self.secret.len();
            if let Some(found) = all.get_mut(at..from) {
                found.fill(b'*');
            }
        }
        let begun = self.begun(&all);
        self.held = all.split_off(all.len() - begun);
        all.freeze()
    }

    /// Gives what was held when nothing more comes.
    fn finish(&mut self) -> Bytes {
        std::mem::take(&mut self.held).freeze()
    }

    fn concerns(&self, chunk: &[u8]) -> bool {
        self.begun(chunk) > 0 || find(chunk, &self.secret, 0).is_some()
    }

    /// How many bytes at the end of `bytes` are the beginning of the secret.
    fn begun(&self, bytes: &[u8]) -> usize {
        let longest = self.secret.len().saturating_sub(1).min(bytes.len());
        (1..=longest)
            .rev()
            .find(|&length| {
                self.secret
                    .get(..length)
                    .is_some_and(|start| bytes.ends_with(start))
            })
            .unwrap_or(0)
    }
}

fn find(bytes: &[u8], secret: &[u8], from: usize) -> Option<usize> {
    let rest = bytes.get(from..)?;
    memchr::memmem::find(rest, secret).map(|at| from + at)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn masked(secret: &str, chunks: &[&[u8]]) -> Vec<u8> {
        masked_all(&[secret], chunks)
    }

    fn masked_all(secrets: &[&str], chunks: &[&[u8]]) -> Vec<u8> {
        let mut masks = Masks::new(secrets.iter().map(|secret| secret.as_bytes().to_vec()));
        let mut all = Vec::new();
        for chunk in chunks {
            all.extend_from_slice(&masks.chunk(Bytes::copy_from_slice(chunk)));
        }
        all.extend_from_slice(&masks.finish());
        all
    }

    #[test]
    fn several_secrets_are_found_wherever_they_are_cut() {
        let text = "one-secret two-secret one-sec two";
        let expected = text
            .replace("one-secret", "**********")
            .replace("two-secret", "**********");
        for at in 0..text.len() {
            let chunks = [&text.as_bytes()[..at], &text.as_bytes()[at..]];
            let found = masked_all(&["one-secret", "two-secret"], &chunks);
            assert_eq!(String::from_utf8(found).unwrap(), expected, "{at}");
        }
    }

    #[test]
    fn a_secret_is_found_across_chunks_and_what_only_begins_like_it_stays() {
        assert_eq!(
            masked("secret", &[b"a sec", b"ret b secre"]),
            b"a ****** b secre"
        );
        assert_eq!(masked("aab", &[b"aaa", b"b"]), b"a***");
        assert_eq!(masked("secret", &[b"se", b"", b"c", b"ret"]), b"******");
    }

    proptest::proptest! {
        #[test]
        fn chunks_do_not_matter(text in "[ab]{0,40}", cuts in proptest::collection::vec(0usize..41, 0..6)) {
            let secret = "abba";
            let mut cuts: Vec<usize> = cuts.into_iter().map(|cut| cut.min(text.len())).collect();
            cuts.extend([0, text.len()]);
            cuts.sort_unstable();
            let chunks: Vec<&[u8]> = cuts.windows(2).map(|pair| &text.as_bytes()[pair[0]..pair[1]]).collect();
            let expected = text.replace(secret, "****");
            proptest::prop_assert_eq!(masked(secret, &chunks), expected.into_bytes());
        }
    }
}

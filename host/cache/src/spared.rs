use std::mem;
use std::ops::{Deref, DerefMut};
use std::thread;

/// Something of redb's that a panic leaves lying where it is.
///
/// A panic of redb can leave its locks poisoned, and the destructors of its transactions and tables take those locks:
/// dropped while the panic unwinds they would panic again, which ends the whole process. What is not dropped holds
/// memory only: [`Releasable`](crate::releasable::Releasable) lets go of the file.
pub(crate) struct Spared<T>(Option<T>);

impl<T> Spared<T> {
    pub fn new(value: T) -> Self {
        Self(Some(value))
    }

    /// The value itself, for the calls that take it.
    pub fn into_inner(mut self) -> T {
        match self.0.take() {
            Some(value) => value,
            None => unreachable!("only dropping takes it, and this is before"),
        }
    }
}

impl<T> Deref for Spared<T> {
    type Target = T;

    fn deref(&self) -> &T {
        match &self.0 {
            Some(value) => value,
            None => unreachable!("only dropping takes it"),
        }
    }
}

impl<T> DerefMut for Spared<T> {
    fn deref_mut(&mut self) -> &mut T {
        match &mut self.0 {
            Some(value) => value,
            None => unreachable!("only dropping takes it"),
        }
    }
}

impl<T> Drop for Spared<T> {
    fn drop(&mut self) {
        if thread::panicking() {
            mem::forget(self.0.take());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::contain::quietly;

    /// As a transaction of redb after one of its locks was poisoned.
    struct PanicsWhenDropped;

    impl Drop for PanicsWhenDropped {
        fn drop(&mut self) {
            panic!("as redb may");
        }
    }

    #[test]
    fn what_is_spared_does_not_end_the_process_when_a_panic_passes_it() {
        let outcome = quietly(|| {
            let _spared = Spared::new(PanicsWhenDropped);
            panic!("the first");
        });
        let panic = outcome.err().and_then(|it| it.downcast::<&str>().ok());
        assert_eq!(panic.map(|it| *it), Some("the first"));
        // Where nothing unwinds it is dropped as anything else is.
        assert!(quietly(|| drop(Spared::new(PanicsWhenDropped))).is_err());
    }
}

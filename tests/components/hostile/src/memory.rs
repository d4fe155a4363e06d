//! The component's own memory, searched as an attacker would: all of it, also what was freed.

/// How many bytes of memory there are.
#[cfg(target_family = "wasm")]
fn size() -> usize {
    std::arch::wasm32::memory_size(0) << 16
}

/// Tools that compile everything for their own machine compile this as well; nobody runs it there.
#[cfg(not(target_family = "wasm"))]
fn size() -> usize {
    0
}

/// How often something stands in memory. What is looked for is put together anew each time, so that the component's own
/// copy does not count: it is compared byte by byte with what the caller has in its constants, masked.
pub fn count(needle: &[u8]) -> usize {
    let masked: Vec<u8> = needle.iter().map(|byte| byte ^ 0x55).collect();
    let constants = 1;
    let size = size();
    let mut found = 0;
    // Address 0 is no place for a reference.
    for start in 1..size.saturating_sub(masked.len()) {
        let matches = masked
            .iter()
            .enumerate()
            .all(|(offset, byte)| byte_at(start + offset) ^ 0x55 == *byte);
        found += usize::from(matches);
    }
    found.saturating_sub(constants)
}

#[allow(unsafe_code)]
fn byte_at(address: usize) -> u8 {
    let address = std::hint::black_box(address) as *const u8;
    // SAFETY: every address below the size of the linear memory can be read, and nothing runs beside this.
    unsafe { address.read_volatile() }
}

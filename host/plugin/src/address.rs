//! Which addresses belong to the internet, and which to this machine, its network or its cloud.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// Why an address is not one of the public internet (IANA special-purpose registries); none if it is one.
///
/// Addresses that carry an IPv4 address within them, such as those of NAT64, are what that address is.
pub(crate) fn not_public(address: IpAddr) -> Option<&'static str> {
    match address {
        IpAddr::V4(address) => not_public_v4(address),
        IpAddr::V6(address) => not_public_v6(address),
    }
}

fn not_public_v4(address: Ipv4Addr) -> Option<&'static str> {
    let [a, b, c, _] = address.octets();
    Some(match (a, b, c) {
        (127, ..) => "an address of this machine",
        (0, ..) => "an address of this network",
        // AWS, Azure, Google and others answer here; Alibaba at 100.100.100.200, below.
        (169, 254, 169) if address.octets() == [169, 254, 169, 254] => {
            "the address of a cloud's metadata service"
        }
        (169, 254, _) => "a link-local address",
        // Azure's, within every virtual network: of public form, and never reached over the internet.
        (168, 63, 129) if address.octets() == [168, 63, 129, 16] => {
            "the address of a cloud's own services"
        }
        (10, ..) | (172, 16..=31, _) | (192, 168, _) => "a private address",
        (100, 64..=127, _) => "an address shared behind a carrier's NAT",
        (192, 0, 0) => "an address of a protocol",
        (192, 0, 2) | (198, 51, 100) | (203, 0, 113) => "an address for documentation",
        (192, 88, 99) => "an address of an old relay",
        (198, 18..=19, _) => "an address for benchmarks",
        (224..=239, ..) => "a multicast address",
        (240..=255, ..) => "a reserved address",
        _ => return None,
    })
}

fn not_public_v6(address: Ipv6Addr) -> Option<&'static str> {
    if let Some(inner) = embedded(address) {
        return not_public_v4(inner);
    }
    let [first, second, third, ..] = address.segments();
    Some(match (first, second) {
        _ if address == Ipv6Addr::LOCALHOST => "an address of this machine",
        _ if address == Ipv6Addr::UNSPECIFIED => "an address of this machine",
        _ if address == METADATA => "the address of a cloud's metadata service",
        (0xfe80..=0xfebf, _) => "a link-local address",
        (0xfec0..=0xfeff, _) | (0xfc00..=0xfdff, _) => "a private address",
        (0xff00..=0xffff, _) => "a multicast address",
        (0x0100, 0) => "an address that leads nowhere",
        // NAT64 prefixes of one's own network (RFC 8215): what they lead to is not written in a known place.
        (0x0064, 0xff9b) if third == 1 => "an address of a local translator",
        (0x2001, 0x0db8) | (0x3fff, 0..=0x0fff) => "an address for documentation",
        // Teredo, ORCHID and other protocols.
        (0x2001, 0..=0x01ff) => "an address of a protocol",
        // Nothing else is given out yet.
        (0x2000..=0x3fff, _) => return None,
        _ => "a reserved address",
    })
}

/// AWS answers here.
const METADATA: Ipv6Addr = Ipv6Addr::new(0xfd00, 0xec2, 0, 0, 0, 0, 0, 0x254);

/// The IPv4 address within: mapped and compatible (RFC 4291), NAT64 (RFC 6052), 6to4 (RFC 3056).
fn embedded(address: Ipv6Addr) -> Option<Ipv4Addr> {
    let last = |octets: [u8; 16]| {
        let [.., a, b, c, d] = octets;
        Ipv4Addr::new(a, b, c, d)
    };
    match address.segments() {
        [0, 0, 0, 0, 0, 0xffff, ..] | [0x0064, 0xff9b, 0, 0, 0, 0, ..] => {
            Some(last(address.octets()))
        }
        // `::` and `::1` have meanings of their own.
        [0, 0, 0, 0, 0, 0, 0, 0 | 1] => None,
        [0, 0, 0, 0, 0, 0, ..] => Some(last(address.octets())),
        [0x2002, high, low, ..] => {
            let [a, b] = high.to_be_bytes();
            let [c, d] = low.to_be_bytes();
            Some(Ipv4Addr::new(a, b, c, d))
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn a_public_address_is_taken_for_one() {
        for public in [
            "1.1.1.1",
            "52.9.3.1",
            "172.15.0.1",
            "172.32.0.1",
            "192.167.1.1",
            "100.63.0.1",
            "168.63.129.15",
            "168.63.129.17",
            "100.128.0.1",
            "2606:4700::1111",
            "2a00:1450::1",
            "64:ff9b::101:101",
            "::ffff:8.8.8.8",
            "2002:808:808::1",
        ] {
            assert_eq!(not_public(public.parse().unwrap()), None, "{public}");
        }
    }

    #[test]
    fn what_is_near_is_told_from_the_internet() {
        for (near, word) in [
            ("127.0.0.1", "this machine"),
            ("127.255.0.3", "this machine"),
            ("0.0.0.0", "this network"),
            ("10.1.2.3", "private"),
            ("172.16.0.1", "private"),
            ("172.31.255.255", "private"),
            ("192.168.1.1", "private"),
            ("169.254.169.254", "metadata"),
            ("169.254.1.1", "link-local"),
            ("168.63.129.16", "own services"),
            ("::ffff:168.63.129.16", "own services"),
            ("64:ff9b::a83f:8110", "own services"),
            ("100.64.0.1", "carrier"),
            ("100.100.100.200", "carrier"),
            ("224.0.0.1", "multicast"),
            ("255.255.255.255", "reserved"),
            ("198.18.0.1", "benchmarks"),
            ("203.0.113.9", "documentation"),
            ("::1", "this machine"),
            ("::", "this machine"),
            ("fe80::1", "link-local"),
            ("fd00::1", "private"),
            ("fd00:ec2::254", "metadata"),
            ("ff02::1", "multicast"),
            ("::ffff:127.0.0.1", "this machine"),
            ("::ffff:169.254.169.254", "metadata"),
            ("64:ff9b::a9fe:a9fe", "metadata"),
            ("64:ff9b::7f00:1", "this machine"),
            ("64:ff9b:1::1", "translator"),
            ("2002:7f00:1::1", "this machine"),
            ("2002:a9fe:a9fe::", "metadata"),
            ("::7f00:1", "this machine"),
            ("2001:db8::1", "documentation"),
            ("2001::1", "protocol"),
            ("fec0::1", "private"),
            ("100::1", "nowhere"),
            ("4000::1", "reserved"),
        ] {
            let found =
                not_public(near.parse().unwrap()).unwrap_or_else(|| panic!("{near} is public"));
            assert!(found.contains(word), "{near}: {found}");
        }
    }

    proptest::proptest! {
        #[test]
        fn an_address_within_another_is_judged_as_itself(bits: u32) {
            let v4 = Ipv4Addr::from(bits);
            let [a, b] = [(bits >> 16) as u16, bits as u16];
            for v6 in [v4.to_ipv6_mapped(), Ipv6Addr::new(0x64, 0xff9b, 0, 0, 0, 0, a, b), Ipv6Addr::new(0x2002, a, b, 0, 0, 0, 0, 1)] {
                proptest::prop_assert_eq!(not_public(v6.into()), not_public(v4.into()), "{}", v6);
            }
        }
    }
}

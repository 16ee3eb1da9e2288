// Checks whether an address is in the public internet. A platform that runs strangers' configs must keep them out of its own
// network. Pure.
// Source: https://www.iana.org/assignments/iana-ipv4-special-registry and iana-ipv6-special-registry
import { BlockList, isIP } from 'node:net';

/** IPv4: all ranges that are not global, and two public addresses of cloud metadata services. */
const refused = subnets('ipv4', [
  '0.0.0.0/8',
  '10.0.0.0/8',
  '100.64.0.0/10', // Shared by carriers; Alibaba's metadata service.
  '127.0.0.0/8',
  '168.63.129.16/32', // Azure's, for its machines.
  '169.254.0.0/16', // Metadata services.
  '172.16.0.0/12',
  '192.0.0.0/24', // Oracle's metadata service.
  '192.0.2.0/24',
  '192.88.99.0/24', // Relays to IPv6.
  '192.168.0.0/16',
  '198.18.0.0/15',
  '198.51.100.0/24',
  '203.0.113.0/24',
  '224.0.0.0/3', // Multicast, reserved, broadcast.
]);

/** IPv6: only this range is global. All forms with an IPv4 address (mapped, NAT64) are outside, except 6to4 and Teredo. */
const global = subnets('ipv6', ['2000::/3']);
const refusedOfGlobal = subnets('ipv6', [
  '2001::/23', // Teredo, benchmarks, ORCHID.
  '2001:db8::/32',
  '2002::/16', // 6to4.
  '3fff::/20',
]);

function subnets(family: 'ipv4' | 'ipv6', list: readonly string[]): BlockList {
  const block = new BlockList();
  for (const subnet of list) {
    const [address = '', length] = subnet.split('/');
    block.addSubnet(address, Number(length), family);
  }
  return block;
}

/** `address` is an IP address in Node's form. Any other text is not public. */
export function isPublicAddress(address: string): boolean {
  const plain = address.replace(/%.*$/u, ''); // A zone names a local link, which is refused anyway.
  switch (isIP(plain)) {
    case 4:
      return !refused.check(plain, 'ipv4');
    case 6:
      return plain === address && global.check(plain, 'ipv6') && !refusedOfGlobal.check(plain, 'ipv6');
    default:
      return false;
  }
}

// Is an address one of the public internet? For platforms that run configs of strangers: what lies in the platform's own
// network must not be reached. Pure.
// Source: https://www.iana.org/assignments/iana-ipv4-special-registry and iana-ipv6-special-registry
import { BlockList, isIP } from 'node:net';

/** IPv4: all that is not global, and the two addresses of the public range by which clouds offer credentials of a machine. */
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
  '192.88.99.0/24', // Relays that lead on to IPv6.
  '192.168.0.0/16',
  '198.18.0.0/15',
  '198.51.100.0/24',
  '203.0.113.0/24',
  '224.0.0.0/3', // Multicast, reserved, broadcast.
]);

/** IPv6: only this is global. All forms that hold an IPv4 address (mapped, NAT64) are outside, but for 6to4 and Teredo. */
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

/** `address`: an IP address as Node writes it. What is none is not public. */
export function isPublicAddress(address: string): boolean {
  const plain = address.replace(/%.*$/u, ''); // A zone is of this machine's own links, which are refused anyway.
  switch (isIP(plain)) {
    case 4:
      return !refused.check(plain, 'ipv4');
    case 6:
      return plain === address && global.check(plain, 'ipv6') && !refusedOfGlobal.check(plain, 'ipv6');
    default:
      return false;
  }
}

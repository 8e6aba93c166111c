import { ReceiverRules } from './receiver-rules';

/** IANA registries of special-purpose addresses, and services of cloud platforms. */
const REFUSED = [
  ['0.0.0.0', 'this network'],
  ['0.1.2.3', 'this network'],
  ['10.0.0.1', 'private'],
  ['100.64.0.1', 'shared address space of providers'],
  ['100.100.100.200', 'metadata of Alibaba Cloud'],
  ['127.0.0.1', 'loopback'],
  ['127.255.255.254', 'loopback'],
  ['168.63.129.16', 'platform of Azure'],
  ['169.254.169.254', 'metadata of AWS, Azure, Google Cloud'],
  ['172.16.0.1', 'private'],
  ['172.31.255.255', 'private'],
  ['192.0.0.192', 'metadata of Oracle Cloud'],
  ['192.0.2.1', 'documentation'],
  ['192.88.99.1', '6to4 relay'],
  ['192.168.1.1', 'private'],
  ['198.18.0.1', 'benchmarking'],
  ['198.51.100.1', 'documentation'],
  ['203.0.113.1', 'documentation'],
  ['224.0.0.1', 'multicast'],
  ['239.255.255.250', 'multicast'],
  ['240.0.0.1', 'reserved'],
  ['255.255.255.255', 'broadcast'],
  ['::', 'unspecified'],
  ['::1', 'loopback'],
  ['::127.0.0.1', 'compatible with IPv4'],
  ['::ffff:127.0.0.1', 'mapped'],
  ['::ffff:10.0.0.1', 'mapped'],
  ['::ffff:169.254.169.254', 'mapped'],
  ['64:ff9b::127.0.0.1', 'NAT64'],
  ['64:ff9b::a9fe:a9fe', 'NAT64'],
  ['64:ff9b:1::1', 'NAT64 of a site'],
  ['100::1', 'discard'],
  ['2001::1', 'Teredo'],
  ['2001:2::1', 'benchmarking'],
  ['2001:20::1', 'ORCHID'],
  ['2001:db8::1', 'documentation'],
  ['2002:7f00:1::', '6to4'],
  ['3fff::1', 'documentation'],
  ['5f00::1', 'segment routing'],
  ['fc00::1', 'unique local'],
  ['fd00:ec2::254', 'metadata of AWS'],
  ['fe80::1', 'link-local'],
  ['fec0::1', 'site-local'],
  ['ff02::1', 'multicast'],
  ['4000::1', 'not assigned'],
  ['', 'no address'],
  ['localhost', 'no address'],
] as const;

const ACCEPTED = [
  '8.8.8.8',
  '1.1.1.1',
  '172.15.255.255',
  '172.32.0.1',
  '100.63.255.255',
  '2606:4700:4700::1111',
  '2a00:1450:4001::1',
  '::ffff:8.8.8.8',
  '64:ff9b::8.8.8.8',
] as const;

describe('a receiver', () => {
  const rules = new ReceiverRules([]);

  it.each(REFUSED)('is not reached at %s (%s)', (address) => {
    expect(rules.allows('example.com', address)).toBe(false);
  });

  it.each(ACCEPTED)('is reached at %s', (address) => {
    expect(rules.allows('example.com', address)).toBe(true);
  });

  it('is reached at an internal address that the operator has allowed', () => {
    const internal = new ReceiverRules(['10.1.0.0/16', 'Hooks.Internal', 'fd00::/8', '127.0.0.1']);
    const answers = [
      ['example.com', '10.1.2.3'],
      ['example.com', '::ffff:10.1.2.3'],
      ['example.com', 'fd12::1'],
      ['hooks.internal', '192.168.1.1'],
      ['HOOKS.INTERNAL.', '192.168.1.1'],
      ['127.0.0.1', '127.0.0.1'],
      ['example.com', '10.2.0.1'],
      ['sub.hooks.internal', '192.168.1.1'],
      ['example.com', '127.0.0.2'],
    ].map(([host = '', address = '']) => internal.allows(host, address));
    expect(answers).toEqual([true, true, true, true, true, true, false, false, false]);
    const hosts = ['hooks.internal.', '10.1.0.1', '[fd12::1]', '10.2.0.1', 'example.com'];
    expect(hosts.map((host) => internal.isInternal(host))).toEqual([true, true, true, false, false]);
  });
});

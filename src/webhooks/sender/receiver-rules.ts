import ipaddr from 'ipaddr.js';

interface Network {
  readonly address: ipaddr.IPv4 | ipaddr.IPv6;
  readonly bits: number;
}

const GLOBAL_IPV6 = ipaddr.IPv6.parseCIDR('2000::/3');
/** Embeds IPv4 addresses (RFC 6052). Networks of IPv6 only reach IPv4 receivers by it. */
const NAT64 = ipaddr.IPv6.parseCIDR('64:ff9b::/96');
/** The platform of Azure answers there, although the address is public. */
const AZURE_PLATFORM = '168.63.129.16';

/** Rules for receivers of webhooks, against server-side request forgery. */
export class ReceiverRules {
  private readonly hosts: ReadonlySet<string>;
  private readonly networks: readonly Network[];

  /** @param allowed host names, addresses and networks (CIDR) of internal receivers */
  constructor(allowed: readonly string[]) {
    const texts = allowed.map((entry) => entry.toLowerCase());
    this.networks = texts.map(networkIn).filter((network) => network !== null);
    this.hosts = new Set(texts.filter((text) => networkIn(text) === null));
  }

  /** Whether the operator has named this host, or the network of this address. Only then `http:` is allowed. */
  isInternal(hostname: string): boolean {
    const host = plainHost(hostname);
    return this.hosts.has(host) || (ipaddr.isValid(host) && this.isInAllowedNetwork(ipaddr.process(host)));
  }

  /** Whether the receiver may be reached at this address. Without brackets. */
  allows(hostname: string, address: string): boolean {
    if (this.hosts.has(plainHost(hostname))) return true;
    if (!ipaddr.isValid(address)) return false;
    const parsed = ipaddr.process(address);
    return this.isInAllowedNetwork(parsed) || isPublic(parsed);
  }

  private isInAllowedNetwork(address: ipaddr.IPv4 | ipaddr.IPv6): boolean {
    return this.networks.some(
      (network) => network.address.kind() === address.kind() && address.match(network.address, network.bits),
    );
  }
}

/** Without the brackets of IPv6 addresses and the final dot of absolute names. */
export function plainHost(hostname: string): string {
  return hostname
    .toLowerCase()
    .replace(/^\[(.*)\]$/, '$1')
    .replace(/\.$/, '');
}

/** An IPv4 address in an IPv6 address (mapped, NAT64) counts as itself. Other ways to embed one are refused. */
function isPublic(address: ipaddr.IPv4 | ipaddr.IPv6): boolean {
  if (address instanceof ipaddr.IPv4)
    return address.range() === 'unicast' && address.toString() !== AZURE_PLATFORM;
  if (address.match(NAT64)) return isPublic(new ipaddr.IPv4(address.toByteArray().slice(-4)));
  return address.match(GLOBAL_IPV6) && address.range() === 'unicast';
}

function networkIn(text: string): Network | null {
  const host = text.replace(/^\[(.*)\]$/, '$1');
  if (ipaddr.isValid(host)) {
    const address = ipaddr.process(host);
    return { address, bits: address.kind() === 'ipv4' ? 32 : 128 };
  }
  if (!ipaddr.isValidCIDR(host)) return null;
  const [address, bits] = ipaddr.parseCIDR(host);
  return { address, bits };
}

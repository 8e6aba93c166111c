import { lookup } from 'node:dns/promises';
import { isIP } from 'node:net';
import { networkInterfaces } from 'node:os';

/** Bounds the delay by a name server that does not respond. */
const LOOKUP_LIMIT_MS = 2000;
const THIS_MACHINE = 'localhost';

/** Whether two host names resolve to the same machine. Names that cannot be resolved are compared as text. */
export async function isSameHost(one: string, other: string): Promise<boolean> {
  if (plain(one) === plain(other)) return true;
  const [addresses, others] = await Promise.all([addressesOf(one), addressesOf(other)]);
  return addresses.some((address) => others.includes(address));
}

async function addressesOf(host: string): Promise<string[]> {
  const name = plain(host);
  // A path names the Unix socket of a local server.
  if (name === THIS_MACHINE || name.endsWith('.localhost') || name.startsWith('/')) return [THIS_MACHINE];
  const addresses = isIP(name) === 0 ? await resolved(name) : [name];
  return addresses.map((address) => (isThisMachine(address) ? THIS_MACHINE : address));
}

/** Normalizes case, a trailing dot and the brackets of IPv6 addresses. */
function plain(host: string): string {
  return host
    .trim()
    .toLowerCase()
    .replace(/^\[(.*)\]$/, '$1')
    .replace(/(?<=.)\.$/, '');
}

async function resolved(name: string): Promise<string[]> {
  let timer: NodeJS.Timeout | undefined;
  const limit = new Promise<string[]>((resolve) => {
    timer = setTimeout(() => {
      resolve([name]);
    }, LOOKUP_LIMIT_MS);
  });
  const found = lookup(name, { all: true }).then(
    (answers) => answers.map(({ address }) => address),
    // A name that cannot be resolved is not an alias.
    () => [name],
  );
  return Promise.race([found, limit]).finally(() => {
    clearTimeout(timer);
  });
}

function isThisMachine(address: string): boolean {
  const own = Object.values(networkInterfaces()).flatMap((interfaces) => interfaces ?? []);
  return (
    /^(127\.|::ffff:127\.)/.test(address) ||
    ['::1', '::', '0.0.0.0', '0:0:0:0:0:0:0:1'].includes(address) ||
    own.some((each) => each.address === address)
  );
}

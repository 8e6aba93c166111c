import { lookup } from 'node:dns/promises';
import { isIP } from 'node:net';
import { networkInterfaces } from 'node:os';

/** A name server that does not answer must not hold up a creation. */
const LOOKUP_LIMIT_MS = 2000;
const THIS_MACHINE = 'localhost';

/** Whether two host names lead to one machine; names that cannot be resolved are compared as they are. */
export async function isSameHost(one: string, other: string): Promise<boolean> {
  if (plain(one) === plain(other)) return true;
  const [addresses, others] = await Promise.all([addressesOf(one), addressesOf(other)]);
  return addresses.some((address) => others.includes(address));
}

async function addressesOf(host: string): Promise<string[]> {
  const name = plain(host);
  // A folder stands for the socket of a server on this machine.
  if (name === THIS_MACHINE || name.endsWith('.localhost') || name.startsWith('/')) return [THIS_MACHINE];
  const addresses = isIP(name) === 0 ? await resolved(name) : [name];
  return addresses.map((address) => (isThisMachine(address) ? THIS_MACHINE : address));
}

/** Host names have no case, may end with the root's dot, and IPv6 addresses may have brackets. */
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
    // A name that leads nowhere is no alias of another one.
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

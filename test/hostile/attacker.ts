import { ATTACKS } from './attacks';
import type { Target } from './connections';

/** The parent's orders: which attack, and on whom. */
export interface Order extends Omit<Target, 'count'> {
  readonly attack: string;
}

// A process of its own: its work must not slow the honest caller down. Its end closes all connections.
const count = { sent: 0 };
process.on('message', (order: Order | 'stop') => {
  if (order === 'stop') process.send?.(count.sent, () => process.exit());
  else void attack(order);
});
process.on('disconnect', () => process.exit());

async function attack(order: Order): Promise<void> {
  const found = ATTACKS.find(({ name }) => name === order.attack);
  if (!found) throw new Error(`there is no attack called ${order.attack}`);
  process.send?.('begun');
  await found.run({ ...order, count });
}

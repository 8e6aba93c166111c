import { ATTACKS } from './attacks';
import type { Target } from './connections';

/** The parent's orders: which attack, and on whom. */
export interface Order extends Omit<Target, 'isOver' | 'count'> {
  readonly attack: string;
}

// A process of its own: its work must not slow the honest caller down, whose answers are timed.
let isOver = false;
const count = { sent: 0 };
process.on('message', (order: Order | 'stop') => {
  if (order === 'stop') isOver = true;
  else void attack(order);
});
process.on('disconnect', () => process.exit());

async function attack(order: Order): Promise<void> {
  const found = ATTACKS.find(({ name }) => name === order.attack);
  if (!found) throw new Error(`there is no attack called ${order.attack}`);
  process.send?.('begun');
  await found.run({ ...order, count, isOver: () => isOver });
  process.send?.(count.sent, () => process.exit());
}

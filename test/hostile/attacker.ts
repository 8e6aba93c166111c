import { ATTACKS } from './attacks';
import type { Target } from './connections';

/** The parent's orders: which attack, and on whom. */
export interface Order extends Omit<Target, 'count'> {
  readonly attack: string;
}

/** The attack has begun when so many requests were sent. All connections of the attacks with few are in use then. */
const FIRST_REQUESTS = 6;

/** Tells the parent when the attack has begun. A slow machine takes its time until then. */
class Count {
  private value = 0;

  get sent(): number {
    return this.value;
  }

  set sent(value: number) {
    if (this.value < FIRST_REQUESTS && value >= FIRST_REQUESTS) process.send?.('begun');
    this.value = value;
  }
}

// A process of its own: its work must not slow the honest caller down. Its end closes all connections.
const count = new Count();
process.on('message', (order: Order | 'stop') => {
  if (order === 'stop') process.send?.(count.sent, () => process.exit());
  else void attack(order);
});
process.on('disconnect', () => process.exit());

async function attack(order: Order): Promise<void> {
  const found = ATTACKS.find(({ name }) => name === order.attack);
  if (!found) throw new Error(`there is no attack called ${order.attack}`);
  await found.run({ ...order, count });
}

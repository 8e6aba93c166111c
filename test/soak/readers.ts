import { setTimeout as pause } from 'node:timers/promises';
import type { Told } from './bad-caller';

/** Counts of the results of reads. */
export interface Reads {
  good: number;
  failed: number;
  readonly wrong: string[];
}

/** Whoever was told of an ingestion finds it: as it was made, or not at the moment. */
export async function read(
  url: string,
  told: readonly Told[],
  { random, endsAt, reads }: { random: () => number; endsAt: number; reads: Reads },
): Promise<void> {
  while (Date.now() < endsAt) {
    const one = told[Math.floor(random() * told.length)];
    const [id] = one?.ids ?? [];
    if (id === undefined) {
      await pause(50);
      continue;
    }
    const path = random() < 0.5 ? '' : '/status';
    const response = await fetch(`${url}/ingestion/${id}${path}`);
    const { connectionId, code } = (await response.json()) as { connectionId?: string; code?: string };
    if (response.status === 200 && connectionId === id) reads.good++;
    else if (response.status >= 502 && code?.startsWith('airbyte-')) reads.failed++;
    else reads.wrong.push(`${id}${path} was answered ${response.status} ${code ?? ''}`);
    await pause(20);
  }
}

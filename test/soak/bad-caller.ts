import { setTimeout as pause } from 'node:timers/promises';
import { DESTINATION_ID, SOURCE_ID } from '../support/scripted-upstream';

/** The outcome of one ingestion, as its caller knows it. */
export interface Told {
  readonly name: string;
  readonly withKey: boolean;
  /** Every id that any try was answered with. */
  readonly ids: Set<string>;
  /** True once some try was answered that nobody knows, or was never answered. */
  isUnknown: boolean;
  tries: number;
  /** Statuses other than those that this API may give. */
  readonly oddities: string[];
}

const EXPECTED_STATUSES = [201, 409, 502, 503, 504];

/** Retries at once, ignores Retry-After, asks twice at one time and hangs up; but keeps to one key. */
export class BadCaller {
  constructor(
    private readonly url: string,
    private readonly random: () => number,
  ) {}

  async create(name: string, givesUpAt: () => boolean): Promise<Told> {
    const withKey = this.random() < 0.7;
    const told: Told = { name, withKey, ids: new Set(), isUnknown: false, tries: 0, oddities: [] };
    do {
      const isTwice = withKey && this.random() < 0.2;
      await Promise.all(Array.from({ length: isTwice ? 2 : 1 }, () => this.attempt(told)));
      if (told.ids.size === 0 && withKey) await pause(20 + this.random() * 200);
    } while (withKey && told.ids.size === 0 && !givesUpAt());
    // Asks again although it was told.
    if (withKey && this.random() < 0.3) await this.attempt(told);
    return told;
  }

  private async attempt(told: Told): Promise<void> {
    told.tries++;
    const patience = this.random() < 0.1 ? this.random() * 200 : 20_000;
    try {
      const response = await fetch(`${this.url}/ingestion`, {
        method: 'POST',
        headers: {
          'content-type': 'application/json',
          ...(told.withKey && { 'idempotency-key': told.name }),
        },
        body: JSON.stringify({ name: told.name, sourceId: SOURCE_ID, destinationId: DESTINATION_ID }),
        signal: AbortSignal.timeout(Math.ceil(patience)),
      });
      const { connectionId, code } = (await response.json()) as { connectionId?: string; code?: string };
      if (connectionId !== undefined) told.ids.add(connectionId);
      if (code === 'outcome-unknown') told.isUnknown = true;
      if (!EXPECTED_STATUSES.includes(response.status))
        told.oddities.push(`${response.status} ${code ?? ''}`);
    } catch (error) {
      if (!(error instanceof Error) || error.name !== 'TimeoutError') throw error;
      told.isUnknown = true;
      if (patience >= 20_000) told.oddities.push('no answer within 20 s');
    }
  }
}

import type { AirbyteConnection, AirbyteJob } from '../client/model/airbyte-types';
import { MirrorStore } from './mirror-store';
import type { ReadStart } from './read-start';

const ID = 'c';
const CONNECTION: AirbyteConnection = {
  connectionId: ID,
  name: 'Orders',
  sourceId: 's',
  destinationId: 'd',
  workspaceId: 'w',
  status: 'active',
  schedule: { scheduleType: 'manual' },
  streams: [],
  prefix: null,
  namespaceDefinition: null,
  namespaceFormat: null,
  tags: [],
  createdAt: null,
};

function readOf(number: number): ReadStart {
  return { number, at: new Date(0), monotonicMs: 0 };
}

function job(id: number, status = 'succeeded'): AirbyteJob {
  return {
    jobId: String(id),
    connectionId: ID,
    status,
    jobType: 'sync',
    startTimeMs: id * 60_000,
    lastUpdatedAtMs: status === 'running' ? null : id * 60_000 + 1000,
    duration: null,
    rowsSynced: 5,
    bytesSynced: 50,
  };
}

/** A followed store in which a direct read and a report of the feed contradict, while a walk is under way. */
function storeWithContradiction(): { readonly store: MirrorStore; readonly walk: ReadStart } {
  const store = new MirrorStore(10);
  store.putConnection(CONNECTION, readOf(1));
  store.follow(readOf(2));
  const [walk, tick, direct] = [readOf(3), readOf(4), readOf(5)];
  store.putHistory(ID, { newestJobs: [job(9, 'running'), job(8)], newestSuccess: job(8) }, direct);
  store.putChange(job(9, 'incomplete'), tick, direct.number);
  return { store, walk };
}

describe('a store that is full', () => {
  const connection = (connectionId: string): AirbyteConnection => ({ ...CONNECTION, connectionId });

  it('lacks a connection that the sweep has found, although it holds as many others', () => {
    const store = new MirrorStore(2);
    const sweep = readOf(1);
    store.putConnection(connection('swept'), readOf(2));
    store.putConnection(connection('created'), readOf(3));
    store.putConnection(connection('left-out'), readOf(4));
    store.removeOthers(new Set(['swept', 'left-out']), sweep);
    expect([store.isFull, store.ids()]).toEqual([true, ['created', 'swept']]);
  });

  it('lacks none after a sweep that has found room for all', () => {
    const store = new MirrorStore(1);
    store.putConnection(connection('kept'), readOf(1));
    store.putConnection(connection('left-out'), readOf(2));
    expect(store.isFull).toBe(true);
    store.putConnection(connection('kept'), readOf(4));
    store.removeOthers(new Set(['kept']), readOf(3));
    expect(store.isFull).toBe(false);
  });
});

describe('jobs of which the newest report is not known', () => {
  it('do not become known through a walk that has passed the newest of them', () => {
    const { store, walk } = storeWithContradiction();
    expect(store.isKnown(ID)).toBe(false);
    store.putWalked(job(2), walk, readOf(6));
    expect(store.isKnown(ID)).toBe(false);
  });

  it('do not become known at the end of a walk', () => {
    const { store, walk } = storeWithContradiction();
    store.endWalk(walk);
    expect(store.isKnown(ID)).toBe(false);
  });

  it('become known with a direct read', () => {
    const { store } = storeWithContradiction();
    expect(store.unreadIds()).toEqual([ID]);
    store.putHistory(ID, { newestJobs: [job(9)], newestSuccess: job(9) }, readOf(6));
    expect(store.isKnown(ID)).toBe(true);
    expect(store.history(ID)?.history.newestJobs).toEqual([job(9)]);
  });

  it('become known with the walk of a feed that begins anew', () => {
    const { store } = storeWithContradiction();
    store.follow(readOf(6));
    store.putWalked(job(9), readOf(7), readOf(8));
    expect(store.isKnown(ID)).toBe(true);
  });
});

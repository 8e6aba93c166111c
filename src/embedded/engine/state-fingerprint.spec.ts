import type { JsonObject } from '../platform/json';
import { fingerprintOf } from './state-fingerprint';

const stream = (state: unknown, more: JsonObject = {}): JsonObject => ({
  type: 'STREAM',
  stream: { stream_descriptor: { name: 'users' }, stream_state: state },
  ...more,
});

describe('a state that a destination returns', () => {
  it.each<[string, JsonObject, JsonObject]>([
    ['an unknown member', stream({ id: 1 }, { id: 7 }), stream({ id: 1 })],
    ['its counts', stream({ id: 1 }, { sourceStats: { recordCount: 1 } }), stream({ id: 1 })],
    ['members with null', stream({ id: 1, at: null, in: { x: null } }), stream({ id: 1, in: {} })],
    ['a legacy copy beside the state', stream({ id: 1 }, { data: { users: { id: 1 } } }), stream({ id: 1 })],
    [
      'a namespace of null',
      { type: 'STREAM', stream: { stream_descriptor: { name: 'users', namespace: null }, stream_state: {} } },
      stream({}),
    ],
    ['the type of a LEGACY state', { data: { id: null } }, { type: 'LEGACY', data: {} }],
    [
      'a shared state of null',
      { type: 'GLOBAL', global: { shared_state: null, stream_states: [] } },
      { global: { stream_states: [] } },
    ],
  ])('is recognised without or with %s', (_name, sent, returned) => {
    expect(fingerprintOf(returned)).toBe(fingerprintOf(sent));
  });

  it.each<[string, JsonObject, JsonObject]>([
    ['position', stream({ id: 1 }), stream({ id: 2 })],
    ['stream', stream({ id: 1 }), { stream: { stream_descriptor: { name: 'u' }, stream_state: { id: 1 } } }],
    ['item of a list', stream({ ids: [1, null] }), stream({ ids: [1] })],
    ['type', { data: { id: 1 } }, stream({ id: 1 })],
  ])('is not taken for one with another %s', (_name, sent, returned) => {
    expect(fingerprintOf(returned)).not.toBe(fingerprintOf(sent));
  });
});

import { startGateway, type TestGateway } from '../support/gateway';
import { DESTINATION_ID, ScriptedUpstream, SOURCE_ID } from '../support/scripted-upstream';

const ORDERS = { name: 'Orders', sourceId: SOURCE_ID, destinationId: DESTINATION_ID };
const UNKNOWN_ID = '00000000-0000-4000-8000-000000000000';

interface Refusal {
  readonly detail: string;
  readonly errors: readonly { readonly field: string; readonly reason: string; readonly hint: string }[];
}

describe('the refusal', () => {
  let upstream: ScriptedUpstream;
  let gateway: TestGateway;

  beforeAll(async () => {
    upstream = await ScriptedUpstream.start();
    gateway = await startGateway({ AIRBYTE_API_URL: upstream.url });
  });
  afterEach(() => {
    upstream.clear();
  });
  afterAll(async () => {
    await gateway.close();
    await upstream.close();
  });

  describe('of a name', () => {
    const UNREADABLE = [
      ' ',
      ' \t\n ',
      '\u00a0\u2003',
      'a\u0000b',
      'a\nb',
      'a\u001b[2Jb',
      'a\u007f',
      '\u0085',
      'half \ud800',
    ];

    it.each(UNREADABLE)('that is not readable (%j) names the field', async (name) => {
      const { connectionId } = upstream.state.addConnection();
      const created = await gateway.api
        .post('/ingestion')
        .send({ ...ORDERS, name })
        .expect(400);
      const changed = await gateway.api.patch(`/ingestion/${connectionId}`).send({ name }).expect(400);
      for (const { body } of [created, changed])
        expect(body).toMatchObject({
          code: 'validation-failed',
          errors: [{ field: 'name', reason: 'must not be blank and must have no control characters' }],
        });
      expect(upstream.requests).toEqual([]);
    });

    it.each(['', 'x'.repeat(256)])('with an invalid length reports only the length', async (name) => {
      const { body } = await gateway.api
        .post('/ingestion')
        .send({ ...ORDERS, name })
        .expect(400);
      expect((body as Refusal).errors).toEqual([
        { field: 'name', reason: 'must have 1 to 255 characters', hint: expect.any(String) },
      ]);
    });

    it.each(['Bestellungen → Lager', 'O\u2019Brien\u2019s 🦆', ' padded ', '{}'])(
      'does not happen for a readable name: %s',
      async (name) => {
        const created = await gateway.api
          .post('/ingestion')
          .send({ ...ORDERS, name })
          .expect(201);
        expect(created.body).toMatchObject({ name });
      },
    );
  });

  describe('of query parameters', () => {
    const refusal = async (query: string): Promise<Refusal> => {
      const response = await gateway.api.get(`/ingestion?${query}`).expect(400);
      expect(upstream.requests).toEqual([]);
      return response.body as Refusal;
    };

    it('uses the terms of a URL, without quotes and fields', async () => {
      const { errors } = await refusal('pageSize=many&status=on&extra=1');
      expect(errors.map(({ field }) => field).sort()).toEqual(['extra', 'pageSize', 'status']);
      expect(JSON.stringify(errors)).not.toMatch(/quotes|JSON|\\"|field[^"]/);
      expect(errors.find(({ field }) => field === 'extra')).toMatchObject({
        reason: 'is not a known parameter',
      });
    });

    it('reports a repeated parameter, together with other errors', async () => {
      const { errors } = await refusal('status=active&status=inactive&pageSize=0');
      expect(errors).toEqual([
        { field: 'status', reason: 'is repeated', hint: 'Send status once, with one value.' },
        expect.objectContaining({ field: 'pageSize' }),
      ]);
    });
  });

  describe('of unknown fields', () => {
    /** Names that every object inherits. */
    const NAMES = Object.getOwnPropertyNames(Object.prototype).filter((name) => name !== '__proto__');

    it.each(NAMES)('names %s, also in nested objects and as a parameter', async (name) => {
      const { body } = await gateway.api
        .post('/ingestion')
        .send({ ...ORDERS, [name]: 1, schedule: { scheduleType: 'manual', [name]: null } })
        .expect(400);
      expect(body).toMatchObject({
        code: 'validation-failed',
        errors: [{ field: name }, { field: `schedule.${name}`, reason: 'is not a known field' }],
      });
      const schedule = { scheduleType: { [name]: 1 }, cronExpression: '0 2 * * *' };
      const instead = await gateway.api
        .post('/ingestion')
        .send({ ...ORDERS, schedule })
        .expect(400);
      expect(instead.body).toMatchObject({ errors: [{ field: `schedule.scheduleType.${name}` }] });
      const query = await gateway.api.get(`/ingestion?${name}=1&status=active`).expect(400);
      expect(query.body).toMatchObject({ errors: [{ field: name, reason: 'is not a known parameter' }] });
      expect(upstream.requests).toEqual([]);
    });
  });

  describe('of references', () => {
    it.each([
      [{ sourceId: UNKNOWN_ID }, 'sourceId names.'],
      [{ destinationId: UNKNOWN_ID }, 'destinationId names.'],
      [{ sourceId: UNKNOWN_ID, destinationId: UNKNOWN_ID }, 'sourceId and destinationId name.'],
    ])('counts them right: %j', async (unknown, end) => {
      const { body } = await gateway.api
        .post('/ingestion')
        .send({ ...ORDERS, ...unknown })
        .expect(422);
      expect((body as Refusal).detail).toBe(`Airbyte does not know what ${end}`);
    });
  });

  describe('of moments', () => {
    const preview = (from: string): ReturnType<typeof gateway.api.post> =>
      gateway.api
        .post('/schedule/preview')
        .send({ schedule: { scheduleType: 'cron', cronExpression: '0 2 * * *' }, from, count: 3 });

    it('names a time that RFC 3339 cannot express in UTC', async () => {
      const { body } = await preview('9999-12-31T23:59:59-01:00').expect(400);
      const reason = 'must not be after the year 9999, in UTC';
      expect(body).toMatchObject({ errors: [{ field: 'from', reason }] });
    });

    it('does not happen for the last possible times, and firings end with the year 9999', async () => {
      const { body } = await preview('9999-12-30T12:00:00Z').expect(200);
      expect(body).toMatchObject({ nextSyncs: ['9999-12-31T02:00:00.000Z'] });
    });
  });
});

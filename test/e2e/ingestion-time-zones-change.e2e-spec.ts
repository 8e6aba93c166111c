import { clockOf } from '../support/clock';
import { fault, json, problem } from '../support/scripted-upstream';
import { BERLIN, SEVEN, WRITE, zoneProblemOf, TimeZoneBench } from '../support/time-zone-bench';
import { serveInternalApi } from '../support/upstream-internal';
import { updateConnection } from '../support/upstream-schedules';

const bench = new TimeZoneBench(clockOf(() => new Date('2026-01-15T10:30:00Z')));

describe('a change of zone or interval', () => {
  beforeEach(() => {
    serveInternalApi(bench.upstream);
  });

  const patch = (id: string, body: object): ReturnType<typeof bench.api.patch> =>
    bench.api.patch(`/ingestion/${id}`).send(body);
  const add = (row: object = {}): string =>
    bench.upstream.state.addConnection({
      schedule: { scheduleType: 'cron', cronExpression: '0000 0 2 * * ? UTC' },
      ...row,
    }).connectionId;

  it('from UTC to a zone, to another, to an interval, and back', async () => {
    const id = add();
    const steps = [
      BERLIN,
      { ...BERLIN, timeZone: 'US/Pacific' },
      SEVEN,
      { scheduleType: 'basic', basicTiming: 'Every 1 MONTHS' },
      { ...BERLIN, cronExpression: '0 3 * * *', timeZone: 'UTC' },
      BERLIN,
      { scheduleType: 'manual' },
    ];
    for (const schedule of steps) {
      expect((await patch(id, { schedule }).expect(200)).body).toMatchObject({ schedule });
      expect(await bench.read(id)).toMatchObject({ schedule, status: 'active' });
    }
    expect(bench.upstream.count(WRITE)).toBe(5);
  });

  it('that is stored already sends nothing', async () => {
    const id = add();
    await patch(id, { schedule: BERLIN }).expect(200);
    const { schedule } = await bench.read(id);
    await patch(id, { schedule }).expect(200);
    await patch(id, { schedule: BERLIN }).expect(200);
    expect(bench.changes()).toEqual([WRITE]);
  });

  it('without a zone is refused where the stored schedule has one', async () => {
    const id = add();
    await patch(id, { schedule: BERLIN }).expect(200);
    const { errors } = zoneProblemOf(
      await patch(id, { schedule: { scheduleType: 'cron', cronExpression: '0 3 * * *' } }).expect(400),
    );
    expect(errors?.[0]).toMatchObject({ field: 'schedule.timeZone' });
    expect(errors?.[0]?.hint).toContain('"Europe/Berlin"');
  });

  it('pauses with the schedule, and activates after it', async () => {
    const id = add();
    await patch(id, { status: 'inactive', schedule: SEVEN, name: 'New' }).expect(200);
    expect(bench.upstream.of(WRITE)[0]?.body).toMatchObject({ status: 'inactive' });
    expect(bench.upstream.of('PATCH /connections/:id').map(({ body }) => body)).toEqual([{ name: 'New' }]);
    await patch(id, { status: 'active', schedule: BERLIN }).expect(200);
    expect(bench.changes().slice(-2)).toEqual([WRITE, 'PATCH /connections/:id']);
    expect(await bench.read(id)).toMatchObject({ status: 'active', schedule: BERLIN });
  });

  it('restores the former schedule and status if the rest is refused', async () => {
    for (const schedule of [
      { scheduleType: 'manual' },
      { scheduleType: 'basic', basicTiming: 'Every 5 HOURS' },
      { scheduleType: 'cron', cronExpression: '0000 0 2 * * ? America/New_York' },
      { scheduleType: 'cron', cronExpression: '0 0 2 * * ? UTC' },
    ]) {
      const id = add({ schedule });
      bench.upstream.on('PATCH /connections/:id', () => problem(400, 'The name is refused.'));
      const refusal = await patch(id, { schedule: BERLIN, status: 'inactive', name: 'No' }).expect(422);
      expect(zoneProblemOf(refusal)).toMatchObject({
        code: 'rejected-by-airbyte',
        detail: 'The name is refused.',
      });
      expect(bench.upstream.state.connections.get(id)).toMatchObject({ schedule, status: 'active' });
    }
  });

  it('that Airbyte refuses changes nothing, and is named by field', async () => {
    const id = add();
    const refusal = await patch(id, {
      name: 'New',
      schedule: { ...BERLIN, timeZone: 'Europe/Paris' },
    }).expect(422);
    expect(zoneProblemOf(refusal).errors).toEqual([expect.objectContaining({ field: 'schedule.timeZone' })]);
    expect(bench.changes()).toEqual([WRITE]);
    expect(await bench.read(id)).toMatchObject({
      schedule: { cronExpression: '0 2 * * *', timeZone: 'UTC' },
    });
  });

  it('whose answer is lost is read back', async () => {
    const id = add();
    bench.upstream.on(WRITE, (request) => {
      updateConnection(bench.upstream, request);
      return fault('reset');
    });
    expect((await patch(id, { schedule: BERLIN }).expect(200)).body).toMatchObject({ schedule: BERLIN });
  });

  it('without an answer and without effect is reported as unknown', async () => {
    const id = add();
    bench.upstream.on(WRITE, () => fault('reset'));
    expect(zoneProblemOf(await patch(id, { schedule: BERLIN }).expect(504))).toMatchObject({
      code: 'outcome-unknown',
    });
  });

  it('that could not be restored says so', async () => {
    const id = add();
    bench.upstream.on(WRITE, (request, nth) =>
      nth === 1 ? updateConnection(bench.upstream, request) : json(500, { message: 'down' }),
    );
    bench.upstream.on('PATCH /connections/:id', () => problem(400, 'The name is refused.'));
    const answer = await patch(id, { schedule: BERLIN, name: 'No' }).expect(504);
    expect(zoneProblemOf(answer)).toMatchObject({
      code: 'outcome-unknown',
      detail: expect.stringContaining('could not be restored') as string,
    });
  });
});

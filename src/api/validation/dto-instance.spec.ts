import 'reflect-metadata';
import { CreateIngestionDto } from '../../airbyte/ingestion/dto/create-ingestion.dto';
import { toInstance } from './dto-instance';

const members = (count: number): Record<string, number> =>
  Object.fromEntries(Array.from({ length: count }, (_, index) => [`m${index}`, index]));

/** The members of the instance and of its nested instances. */
function instanceOf(values: object): unknown {
  const work = toInstance(values, CreateIngestionDto, 101);
  for (;;) {
    const step = work.next();
    if (!step.done) continue;
    expect(step.value).toBeInstanceOf(CreateIngestionDto);
    return JSON.parse(JSON.stringify(step.value));
  }
}

describe('toInstance', () => {
  it('keeps a valid body as it is', () => {
    const body = {
      name: 'Orders',
      sourceId: 'a',
      destinationId: 'b',
      schedule: { scheduleType: 'cron', cronExpression: '0 2 * * *', timeZone: null },
      status: null,
      streams: [
        { name: 's', namespace: null, syncMode: 'x', cursorField: ['u'], primaryKey: [['i', 'j'], ['k']] },
      ],
    };
    expect(instanceOf(body)).toEqual(body);
  });

  it('keeps so many unknown fields of all objects together', () => {
    const cut = instanceOf({
      name: 'a',
      ...members(50),
      streams: [{ name: 's', ...members(40) }, members(40)],
    });
    expect(cut).toEqual({
      name: 'a',
      ...members(50),
      streams: [{ name: 's', ...members(40) }, members(11)],
    });
  });

  it('keeps nothing inside of values that no field can have', () => {
    const deep = { units: 6, timeUnit: 'HOURS', more: { deeper: [1] } };
    const cut = instanceOf({
      interval: deep,
      name: deep,
      streams: [{ cursorField: [[[[1]]]], primaryKey: [['i']] }],
    });
    const shallow = { units: 6, timeUnit: 'HOURS' };
    expect(cut).toEqual({
      interval: shallow,
      name: shallow,
      streams: [{ cursorField: [[[]]], primaryKey: [['i']] }],
    });
  });
});

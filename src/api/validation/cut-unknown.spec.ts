import 'reflect-metadata';
import { CreateIngestionDto } from '../../airbyte/ingestion/dto/create-ingestion.dto';
import { cutUnknown } from './cut-unknown';

const members = (count: number): Record<string, number> =>
  Object.fromEntries(Array.from({ length: count }, (_, index) => [`m${index}`, index]));

describe('cutUnknown', () => {
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
    expect(cutUnknown(body, CreateIngestionDto, 101)).toEqual(body);
  });

  it('keeps so many unknown fields of all objects together', () => {
    const cut = cutUnknown(
      { name: 'a', ...members(50), streams: [{ name: 's', ...members(40) }, members(40)] },
      CreateIngestionDto,
      101,
    );
    expect(cut).toEqual({
      name: 'a',
      ...members(50),
      streams: [{ name: 's', ...members(40) }, members(11)],
    });
  });

  it('keeps nothing inside of values that no field can have', () => {
    const deep = { units: 6, timeUnit: 'HOURS', more: { deeper: [1] } };
    const cut = cutUnknown(
      { interval: deep, name: deep, streams: [{ cursorField: [[[[1]]]], primaryKey: [['i']] }] },
      CreateIngestionDto,
      101,
    );
    const shallow = { units: 6, timeUnit: 'HOURS' };
    expect(cut).toEqual({
      interval: shallow,
      name: shallow,
      streams: [{ cursorField: [[[]]], primaryKey: [['i']] }],
    });
  });
});

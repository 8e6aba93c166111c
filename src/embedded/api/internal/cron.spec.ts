import { ScriptedAirbyte } from '../../../../test/embedded/scripted-airbyte';
import type { JsonObject } from '../../platform/json';

let airbyte: ScriptedAirbyte;

beforeAll(async () => {
  airbyte = await ScriptedAirbyte.start();
});

afterAll(() => airbyte.remove());

describe('the description of a cron expression', () => {
  const describeCron = async (cronExpression: string): Promise<JsonObject> =>
    (await airbyte.api.internal('/web_backend/describe_cron_expression', { cronExpression })).body;

  it('has the next three firings in epoch seconds', async () => {
    airbyte.setClock(new Date('2026-11-29T12:00:00Z'));
    const { nextExecutions, ...rest } = await describeCron('0 0 2 1 * ?');
    expect(rest).toEqual({
      isValid: true,
      cronExpression: '0 0 2 1 * ?',
      description: 'At 02:00, on day 1 of the month',
    });
    expect(nextExecutions).toEqual(
      ['2026-12-01T02:00:00Z', '2027-01-01T02:00:00Z', '2027-02-01T02:00:00Z'].map(
        (at) => Date.parse(at) / 1000,
      ),
    );
    airbyte.setClock(new Date());
  });

  it.each(['0 2 * * *', '0 0 2 ? * 2-1/2', 'nonsense'])(
    'has the reason why %j is not one',
    async (expression) => {
      expect(await describeCron(expression)).toEqual({
        isValid: false,
        cronExpression: expression,
        validationErrorMessage: expect.stringMatching(/./) as string,
      });
    },
  );
});

import { ADVICES, FAILURE_ORIGINS, FAILURE_TYPES } from './dto/run-failure.dto';
import { adviceOf, toRunFailure } from './run-failure';

/** Advice by type, for each of retryable: true, not reported, false. `p`: a fault of the platform. `c`: of a connector. */
const TABLE: Readonly<Record<string, readonly string[]>> = {
  'config_error p': ['fix_configuration', 'fix_configuration', 'fix_configuration'],
  'config_error c': ['fix_configuration', 'fix_configuration', 'fix_configuration'],
  'refresh_schema p': ['fix_configuration', 'fix_configuration', 'fix_configuration'],
  'refresh_schema c': ['fix_configuration', 'fix_configuration', 'fix_configuration'],
  'transient_error p': ['wait', 'wait', 'wait'],
  'transient_error c': ['wait', 'wait', 'wait'],
  'heartbeat_timeout p': ['run_again', 'run_again', 'run_again'],
  'heartbeat_timeout c': ['run_again', 'run_again', 'run_again'],
  'destination_timeout p': ['run_again', 'run_again', 'run_again'],
  'destination_timeout c': ['run_again', 'run_again', 'run_again'],
  'manual_cancellation p': ['run_again', 'run_again', 'run_again'],
  'manual_cancellation c': ['run_again', 'run_again', 'run_again'],
  'system_error p': ['run_again', 'run_again', 'contact_support'],
  'system_error c': ['run_again', 'contact_support', 'contact_support'],
  'unknown p': ['run_again', 'run_again', 'contact_support'],
  'unknown c': ['run_again', 'contact_support', 'contact_support'],
};
const PLATFORM = ['replication', 'persistence', 'airbyte_platform'];

describe.each(FAILURE_TYPES)('%s', (type) => {
  it.each(FAILURE_ORIGINS)('of %s has the advice of the table', (origin) => {
    const given = [true, null, false].map((retryable) =>
      adviceOf({ origin, type, retryable, willRetry: false }),
    );
    expect(given).toEqual(TABLE[`${type} ${PLATFORM.includes(origin) ? 'p' : 'c'}`]);
  });

  it('needs nothing but patience while Airbyte tries again', () => {
    const given = FAILURE_ORIGINS.map((origin) =>
      adviceOf({ origin, type, retryable: false, willRetry: true }),
    );
    expect(new Set(given)).toEqual(new Set(['wait']));
  });
});

it('every advice occurs', () => {
  expect(new Set(Object.values(TABLE).flat())).toEqual(new Set(ADVICES));
});

it('what later versions add is unknown', () => {
  const reported = { origin: 'gremlins', type: 'bad_luck', message: '', retryable: null, at: null };
  expect(toRunFailure(reported)).toEqual({
    origin: 'unknown',
    type: 'unknown',
    message: null,
    retryable: null,
    advice: 'contact_support',
    at: null,
  });
});

it('the message is masked and cut', () => {
  const reported = { origin: 'source', type: 'config_error', retryable: null, at: null };
  const message = `postgres://loader:hunter2@db/x refused. ${'x'.repeat(5_000)}`;
  const { message: shown } = toRunFailure({ ...reported, message });
  expect(shown).toMatch(/^postgres:\/\/\*\*\*@db\/x refused/);
  expect(shown).toHaveLength(2_001);
});

/** Address of the gateway, and the credentials for it. */
export const url = setting('GATEWAY_URL');
export const key = setting('GATEWAY_KEY');

export const orders = {
  name: 'Orders to warehouse',
  sourceId: '95e66a59-8045-4307-9678-63bc3c9b8c93',
  destinationId: 'e478de0d-a3a0-475c-b019-25f7dd29e281',
};
export const nightly = { scheduleType: 'cron', cronExpression: '0 2 * * *' } as const;
export const neverFires = { scheduleType: 'cron', cronExpression: '0 0 30 2 *' } as const;

export function check(condition: unknown, what: string): asserts condition {
  if (!condition) throw new Error(`not as it should be: ${what}`);
}

function setting(name: string): string {
  const value = process.env[name];
  check(value, `${name} is set`);
  return value;
}

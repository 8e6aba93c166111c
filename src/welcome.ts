import type { RunningGateway } from './start';

const SAMPLE_SOURCE = '95e66a59-8045-4307-9678-63bc3c9b8c93';
const SAMPLE_DESTINATION = 'e478de0d-a3a0-475c-b019-25f7dd29e281';

/** Returns the start message with the URL, the docs and an example command. */
export function welcome(
  gateway: Pick<RunningGateway, 'url' | 'isEmbedded' | 'requiresAuthentication'>,
): string {
  const body = JSON.stringify({
    name: 'Orders to warehouse',
    sourceId: gateway.isEmbedded ? SAMPLE_SOURCE : '<source id>',
    destinationId: gateway.isEmbedded ? SAMPLE_DESTINATION : '<destination id>',
    schedule: { scheduleType: 'cron', cronExpression: '0 2 * * *' },
  });
  const key = gateway.requiresAuthentication ? ' -H "x-api-key: $KEY"' : '';
  return [
    '',
    `Airbyte Ingestion API: ${gateway.url}`,
    `  docs:  ${gateway.url}/docs`,
    '  try:',
    `    curl -s ${gateway.url}/ingestion${key} -H 'content-type: application/json' -d '${body}'`,
    '',
    '',
  ].join('\n');
}

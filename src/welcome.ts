import type { RunningGateway } from './start';

const SAMPLE_SOURCE = '95e66a59-8045-4307-9678-63bc3c9b8c93';
const SAMPLE_DESTINATION = 'e478de0d-a3a0-475c-b019-25f7dd29e281';

/** Tells a person at a terminal that the gateway accepts requests, with the docs and an example command. */
export function writeWelcome(gateway: RunningGateway): void {
  const { url } = gateway;
  const lines = [
    '',
    `Airbyte Ingestion API: ${url}`,
    `  docs:  ${url}/docs`,
    '  try:',
    `    ${exampleOf(gateway)}`,
  ];
  process.stdout.write(`${lines.join('\n')}\n\n`);
}

/** Writes the same as one JSON line, at every log level, for programs that read the log. */
export function logWelcome(gateway: RunningGateway): void {
  const { url, metricsUrl, logger } = gateway;
  const members = { url, docs: `${url}/docs`, metrics: metricsUrl ?? undefined, try: exampleOf(gateway) };
  logger.child({}, { level: 'info' }).info(members, `Airbyte Ingestion API: ${url} accepts requests`);
}

function exampleOf({ url, isEmbedded, requiresAuthentication }: RunningGateway): string {
  const body = JSON.stringify({
    name: 'Orders to warehouse',
    sourceId: isEmbedded ? SAMPLE_SOURCE : '<source id>',
    destinationId: isEmbedded ? SAMPLE_DESTINATION : '<destination id>',
    schedule: { scheduleType: 'cron', cronExpression: '0 2 * * *' },
  });
  const key = requiresAuthentication ? ' -H "x-api-key: $KEY"' : '';
  return `curl -s ${url}/ingestion${key} -H 'content-type: application/json' -d '${body}'`;
}

import { readProject } from './support/tools';

describe('the names of settings in the schema of the chart', () => {
  const example = readProject('.env.example');
  const { properties } = JSON.parse(readProject('deploy/helm/airbyte-ingestion-api/values.schema.json')) as {
    properties: Record<'settings' | 'secrets', { propertyNames: { enum: string[] } }>;
  };
  const secrets = [...example.matchAll(/^#\s+([A-Z_]+)_FILE$/gm)].map(([, name]) => name);

  it('are those of .env.example, without those that the chart sets', () => {
    const documented = new Set([...example.matchAll(/^#?([A-Z][A-Z0-9_]+)=/gm)].map(([, name]) => name));
    for (const name of ['HOST', 'PORT', 'METRICS_PORT', 'DATA_DIR', ...secrets]) documented.delete(name);
    // An address of Redis without a password is no secret.
    documented.add('REDIS_URL');
    expect(new Set(properties.settings.propertyNames.enum)).toEqual(documented);
  });

  it('have each secret that can be read from a file', () => {
    expect(new Set(properties.secrets.propertyNames.enum)).toEqual(new Set(secrets));
  });
});

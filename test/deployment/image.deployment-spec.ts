import { load } from 'js-yaml';
import { readProject } from './support/tools';

/** Instructions of the last stage, with continued lines joined. */
function lastStage(): string[] {
  const lines = readProject('Dockerfile').replaceAll('\\\n', '').split('\n');
  return lines
    .slice(lines.findLastIndex((line) => line.startsWith('FROM ')))
    .filter((line) => /^[A-Z]+ /.test(line));
}

interface Service {
  readonly read_only: boolean;
  readonly cap_drop: readonly string[];
  readonly stop_grace_period: string;
  readonly environment: Readonly<Record<string, string>>;
}

describe('the image', () => {
  const stage = lastStage();

  it('runs node without a shell, as a user that is not root', () => {
    for (const name of ['CMD', 'HEALTHCHECK']) {
      const instruction = stage.find((line) => line.startsWith(`${name} `)) ?? '';
      expect(JSON.parse(/\[.*\]$/.exec(instruction)?.[0] ?? '[]')).toEqual(
        expect.arrayContaining([expect.stringMatching(/^node$/)]),
      );
    }
    expect(stage).toContain('USER node');
  });

  it('is of the version of Node that the project is developed with', () => {
    expect(stage[0]).toBe(`FROM node:${readProject('.nvmrc').trim().split('.', 1)[0]}-trixie-slim`);
  });

  it('gets every script of the build', () => {
    const used = ['build', 'bundle'].flatMap((name) =>
      [...readProject(`scripts/${name}.mjs`).matchAll(/from '\.\/([\w-]+\.mjs)'/g)].map(([, file]) => file),
    );
    for (const file of ['build.mjs', ...used]) {
      expect(readProject('Dockerfile')).toContain(`scripts/${file}`);
      expect(readProject('.dockerignore')).toContain(`\n!scripts/${file}\n`);
    }
  });
});

describe('the compose file', () => {
  const { services } = load(readProject('docker-compose.yml')) as { services: { gateway: Service } };

  it('runs the image without privileges and waits for its end', () => {
    const { gateway } = services;
    expect(gateway).toMatchObject({ read_only: true, cap_drop: ['ALL'] });
    const stopLimitMs = Number(
      /STOP_LIMIT_MS = ([\d_]+)/.exec(readProject('src/stop.ts'))?.[1]?.replace('_', ''),
    );
    expect(1000 * Number.parseInt(gateway.stop_grace_period, 10)).toBeGreaterThan(stopLimitMs);
  });

  it('passes every setting of .env.example', () => {
    const names = [...readProject('.env.example').matchAll(/^#?([A-Z][A-Z0-9_]+)=/gm)].map(
      ([, name]) => name ?? '',
    );
    const passed = new Set(Object.keys(services.gateway.environment));
    // PORT is that of the host, and the image sets the others.
    const missing = names.filter((name) => !['HOST', 'PORT', 'DATA_DIR'].includes(name) && !passed.has(name));
    expect(missing).toEqual([]);
  });
});

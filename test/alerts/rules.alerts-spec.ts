import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { program, readRules, ROOT, RULES } from './tools';

const TESTS = 'deploy/alerts/airbyte-ingestion-api.rules.test.yaml';
const ROUTING = 'deploy/alerts/alertmanager.example.yaml';
const RUNBOOKS = 'docs/runbooks';
const SECTIONS = ['Meaning', 'Impact', 'Diagnosis', 'Mitigation'];

const alerts = readRules().filter(({ alert }) => alert !== undefined);
const names = [...new Set(alerts.map(({ alert }) => alert ?? ''))];
const pageOf = (alert: string): string => `${alert.replace(/(?<!^)[A-Z]/g, '-$&').toLowerCase()}.md`;

it('promtool finds no fault in the rules', async () => {
  expect(await program('promtool', 'check', 'rules', RULES)).toContain('SUCCESS');
});

it('alerts fire in their tests', async () => {
  expect(await program('promtool', 'test', 'rules', TESTS)).toContain('SUCCESS');
});

it.each(names)('%s has a test in which it fires, and one in which it does not', (alert) => {
  const text = readFileSync(join(ROOT, TESTS), 'utf8');
  expect(text).toMatch(new RegExp(`alertname: ${alert}\\n +eval_time: \\w+\\n +exp_alerts:\\n`));
  expect(text).toMatch(new RegExp(`alertname: ${alert}, eval_time: \\w+, exp_alerts: \\[\\]`));
});

it.each(alerts.map((rule) => [rule.alert ?? '', rule] as const))(
  '%s has a severity, a summary, a description and its runbook',
  (alert, { labels, annotations }) => {
    expect(['warning', 'critical']).toContain(labels?.['severity']);
    expect(annotations?.['summary']).toMatch(/^[A-Z].*\.$/);
    expect(annotations?.['description']).toMatch(/\.$/);
    expect(annotations?.['runbook_url']).toBe(`${RUNBOOKS}/${pageOf(alert)}`);
  },
);

it('each alert has a runbook, and each runbook an alert', () => {
  const pages = readdirSync(join(ROOT, RUNBOOKS)).filter((page) => page !== 'README.md');
  expect(pages.sort()).toEqual(names.map(pageOf).sort());
});

it.each(names)('the runbook of %s has all sections, and its links lead somewhere', (alert) => {
  const pages = readdirSync(join(ROOT, RUNBOOKS));
  const text = readFileSync(join(ROOT, RUNBOOKS, pageOf(alert)), 'utf8');
  expect(text.startsWith(`# ${alert}\n`)).toBe(true);
  const parts = text.split(/^## /m).slice(1);
  expect(parts.map((part) => part.split('\n', 1)[0])).toEqual(SECTIONS);
  for (const part of parts) expect(part.replace(/^.*\n/, '').trim().length).toBeGreaterThan(40);
  for (const [, page = ''] of text.matchAll(/\]\(([^)]+\.md)\)/g)) expect(pages).toContain(page);
});

it('the list of runbooks has every alert', () => {
  const text = readFileSync(join(ROOT, RUNBOOKS, 'README.md'), 'utf8');
  const listed = [...text.matchAll(/^\| \[(\w+)\]\(([\w-]+\.md)\) \|/gm)];
  expect(listed.map(([, alert]) => alert)).toEqual(names);
  for (const [, alert = '', page] of listed) expect(page).toBe(pageOf(alert));
});

describe('the example of the routing', () => {
  it('is a configuration of Alertmanager', async () => {
    expect(await program('amtool', 'check-config', ROUTING)).toContain('SUCCESS');
  });

  it.each(alerts.map(({ alert = '', labels }) => [alert, labels?.['severity'] ?? ''] as const))(
    'sends %s (%s) to its receiver',
    async (alert, severity) => {
      const receiver = severity === 'critical' ? 'page' : 'daily';
      const labels = [`alertname=${alert}`, `severity=${severity}`, 'job=gateway'];
      const routing = `--config.file=${ROUTING}`;
      const output = await program('amtool', 'config', 'routes', 'test', routing, ...labels);
      expect(output.trim().split('\n').at(-1)).toBe(receiver);
    },
  );
});

// Copies the rules of deploy/alerts to the chart and to the kustomize component, which cannot read files of other folders.
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const deploy = (path) => fileURLToPath(new URL(`../deploy/${path}`, import.meta.url));
const RULES = 'airbyte-ingestion-api.rules.yaml';
const OBJECT = `apiVersion: monitoring.coreos.com/v1
kind: PrometheusRule
metadata:
  name: airbyte-ingestion-api
spec:
`;

const rules = readFileSync(deploy(`alerts/${RULES}`), 'utf8');
writeFileSync(deploy(`helm/airbyte-ingestion-api/files/${RULES}`), rules);
writeFileSync(
  deploy('kustomize/prometheus-operator/prometheusrule.yaml'),
  OBJECT + rules.replace(/^(?=.)/gm, '  '),
);

/** Tags and operations by use. Others follow; the probes come last. */
const TAGS = ['ingestion', 'runs', 'schedule', 'events'];
const OPERATIONS = [
  'createIngestion',
  'checkIngestion',
  'listIngestions',
  'getIngestionStatus',
  'getIngestion',
  'patchIngestion',
  'startRun',
  'listRuns',
  'getRun',
  'cancelRun',
  'listEvents',
];
const OTHERS = 100;
const LAST = 1000;

interface Operation {
  getIn(path: readonly string[]): unknown;
}

/** Sorters of Swagger UI. */
export const byUse = {
  tags: (a: string, b: string): number => compare(TAGS, a, b),
  operations: (a: Operation, b: Operation): number => compare(OPERATIONS, idOf(a), idOf(b)),
};

function compare(list: readonly string[], a: string, b: string): number {
  return placeIn(list, a) - placeIn(list, b) || (a < b ? -1 : 1);
}

function placeIn(list: readonly string[], name: string): number {
  if (name === 'health') return LAST;
  return list.includes(name) ? list.indexOf(name) : OTHERS;
}

function idOf(operation: Operation): string {
  return String(operation.getIn(['operation', 'operationId']));
}

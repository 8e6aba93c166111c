import { type components, isProblem } from '@airbyte-ingestion/client';
import type { JSX } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import { count, moment } from './format';
import { ProblemNotice } from './problem';
import { answerOf, type Session } from './session';
import { useAction } from './use-action';

type Sample = components['schemas']['StreamSample'];
type Field = Pick<components['schemas']['SampleField'], 'name' | 'type' | 'format'>;

interface StreamSampleProps {
  readonly session: Session;
  readonly sourceId: string;
  readonly name: string;
  readonly namespace: string | null;
}

/** The first rows of a stream. They are read on request, because the connector of the source runs for them. */
export function StreamSample({ session, sourceId, name, namespace }: StreamSampleProps): JSX.Element | null {
  const [sample, setSample] = useState<Sample | null>(null);
  const { isBusy, error, act } = useAction();
  const reading = useRef<AbortController | null>(null);
  useEffect(
    () => () => {
      reading.current?.abort();
    },
    [],
  );
  if (!session.may('ingestion:read') || !session.has('samples')) return null;

  const read = async (): Promise<void> => {
    const stop = new AbortController();
    reading.current = stop;
    const params = { path: { sourceId, name }, query: namespace === null ? {} : { namespace } };
    const request = session.client.http.GET('/sources/{sourceId}/streams/{name}/sample', {
      params,
      signal: stop.signal,
    });
    setSample(answerOf<Sample>(await request));
  };
  return (
    <div class="sample">
      {!isProblem(error, 'capability-off') && (
        <button
          type="button"
          disabled={isBusy}
          aria-label={`${sample ? 'Hide' : 'Show'} sample rows of ${name}`}
          onClick={() => {
            if (sample) setSample(null);
            else void act(read);
          }}
        >
          {sample ? 'Hide sample rows' : 'Show sample rows'}
        </button>
      )}
      <div role="status">
        {isBusy && <p class="quiet">The connector reads the first rows. This can take a minute.</p>}
        {sample && <p class="quiet">{summaryOf(sample)}</p>}
      </div>
      <ProblemNotice error={error} />
      {sample && sample.rows.length > 0 && <SampleTable sample={sample} />}
    </div>
  );
}

function SampleTable({ sample }: { readonly sample: Sample }): JSX.Element {
  const columns = columnsOf(sample);
  const cut = new Set(sample.cut.map(({ row, field }) => `${row} ${field}`));
  return (
    <div class="scroll" tabIndex={0} role="region" aria-label={`Sample rows of ${sample.name}`}>
      <table>
        <thead>
          <tr>
            {columns.map((field) => (
              <th key={field.name} scope="col">
                {field.name} <small>{typeOf(field)}</small>
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {sample.rows.map((row, index) => (
            <tr key={index}>
              {columns.map((field) => (
                <td key={field.name} dir="auto">
                  <Value value={row[field.name]} />
                  {cut.has(`${index} ${field.name}`) && <span class="cut">cut</span>}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function Value({ value }: { readonly value: unknown }): JSX.Element {
  if (value === undefined) return <span class="quiet">–</span>;
  if (value === null) return <span class="quiet">null</span>;
  if (typeof value === 'string') return <>{value}</>;
  return <>{JSON.stringify(value)}</>;
}

/** The declared fields, then those that only the rows have. */
function columnsOf({ fields, rows }: Sample): readonly Field[] {
  const columns = new Map<string, Field>(fields.map((field) => [field.name, field]));
  for (const name of rows.flatMap((row) => Object.keys(row)))
    if (!columns.has(name)) columns.set(name, { name, type: null, format: null });
  return [...columns.values()];
}

function typeOf({ type, format }: Field): string {
  if (type === null) return 'no type';
  return format === null ? type : `${type}, ${format}`;
}

function summaryOf({ rows, cut, leftOutFields, isComplete, sampledAt }: Sample): string {
  if (rows.length === 0) return 'The stream has no rows.';
  const number = `${rows.length} ${rows.length === 1 ? 'row' : 'rows'}`;
  const sentences = [
    `${isComplete ? `The stream has ${number}` : `The first ${number}`}, read on ${moment(sampledAt)}.`,
    leftOutFields > 0 &&
      `${count(leftOutFields)} further ${leftOutFields === 1 ? 'field is' : 'fields are'} left out.`,
    cut.length > 0 && `${count(cut.length)} long ${cut.length === 1 ? 'value is' : 'values are'} cut.`,
  ];
  return sentences.filter((sentence) => sentence !== false).join(' ');
}

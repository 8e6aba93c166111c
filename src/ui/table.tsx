import type { ComponentChildren, JSX } from 'preact';

interface TableProps {
  readonly head: readonly string[];
  /** The first cell of a row is its head. */
  readonly rows: readonly (readonly ComponentChildren[])[];
  /** Shown above the table. */
  readonly caption?: string;
  /** Name for screen readers, of a table that may be wider than the screen. */
  readonly label?: string;
}

/** A table. With a label it is scrolled sideways where it does not fit. */
export function Table({ head, rows, caption, label }: TableProps): JSX.Element {
  const table = (
    <table>
      {caption !== undefined && <caption>{caption}</caption>}
      <thead>
        <tr>
          {head.map((text) => (
            <th key={text} scope="col">
              {text}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {rows.map(([first, ...others], row) => (
          <tr key={row}>
            <th scope="row">{first}</th>
            {others.map((cell, column) => (
              <td key={column}>{cell}</td>
            ))}
          </tr>
        ))}
      </tbody>
    </table>
  );
  if (label === undefined) return table;
  return (
    <div class="scroll" tabIndex={0} role="region" aria-label={label}>
      {table}
    </div>
  );
}

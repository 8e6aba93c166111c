import { ConnectorError } from '../../protocol/connector';
import { EXTRACTED_AT } from './names';
import { sqlName, type TableName } from './ownership';
import type { Session } from './session';
import { interceptorsOf, readTable } from './table-facts';

/** @throws ConnectorError config_error when fewer rows are in the table than were sent to it */
export async function assertStored(
  session: Session,
  table: TableName,
  sent: number,
  stored: number,
): Promise<void> {
  if (sent === stored) return;
  const facts = await readTable(session, table.schema, table.name, EXTRACTED_AT);
  const names = facts === null ? [] : await interceptorsOf(session, facts.oid);
  const cause = names.length === 0 ? 'a trigger or a rule' : names.join(', ');
  throw new ConnectorError(
    'config_error',
    `Stream ${table.name}: ${sent} rows were sent to table ${sqlName(table)}, but ${stored} are stored, because of ${cause}. Drop or disable it.`,
  );
}

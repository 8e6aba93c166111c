import { configError } from '../../protocol/connector';
import { EXTRACTED_AT } from './names';
import { sqlName, type TableName } from './ownership';
import type { Session } from './session';
import { triggersAndRulesOf, readTable } from './table-facts';

/** @throws ConnectorError config_error if the table has stored fewer rows than were sent */
export async function assertStored(
  session: Session,
  table: TableName,
  sent: number,
  stored: number,
): Promise<void> {
  if (sent === stored) return;
  const facts = await readTable(session, table.schema, table.name, EXTRACTED_AT);
  const names = facts === null ? [] : await triggersAndRulesOf(session, facts.oid);
  const cause = names.length === 0 ? 'a trigger or a rule' : names.join(', ');
  throw configError(
    `Stream ${table.name}: ${sent} rows were sent to table ${sqlName(table)}, but ${stored} are stored, because of ${cause}. Drop or disable it.`,
  );
}

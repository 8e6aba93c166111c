import type { Client } from 'pg';
import { hasCode } from '../../platform/system-error';

const MAX_TRIES = 20;
const QUERY_CANCELED = '57014';

/**
 * Settings that affect visible rows or the text form of values. `ALTER ROLE … SET` and `ALTER DATABASE … SET` can
 * change each of them. `lc_monetary` is not pinned: the amount of a stored money value depends on it, so the database's
 * own value must apply. `role` and `default_transaction_read_only` are access decisions of an administrator.
 */
const PINNED: Readonly<Record<string, string>> = {
  array_nulls: 'on',
  backslash_quote: 'safe_encoding',
  bytea_output: 'hex',
  client_encoding: 'UTF8',
  client_min_messages: 'warning',
  DateStyle: 'ISO, MDY',
  default_transaction_deferrable: 'off',
  default_transaction_isolation: 'read committed',
  escape_string_warning: 'on',
  exit_on_error: 'off',
  extra_float_digits: '3',
  gin_fuzzy_search_limit: '0',
  idle_in_transaction_session_timeout: '0',
  idle_session_timeout: '0',
  IntervalStyle: 'iso_8601',
  lock_timeout: '0',
  quote_all_identifiers: 'off',
  // A policy that would hide rows raises an error instead.
  row_security: 'off',
  standard_conforming_strings: 'on',
  synchronize_seqscans: 'off',
  // Rows before a confirmed state must survive a crash of the server.
  synchronous_commit: 'on',
  TimeZone: 'UTC',
  transaction_timeout: '0',
  transform_null_equals: 'off',
  xmlbinary: 'base64',
  xmloption: 'content',
};

/** Sets the pinned settings that this server version supports. */
export async function pinSettings(client: Client): Promise<void> {
  await liftStatementTimeout(client);
  // Must come before any query that resolves names: a schema on the role's path could replace a built-in operator or
  // function. Functions of views still find objects in `public`, as they do by default.
  await client.query('SET search_path = pg_catalog, public, pg_temp; SET standard_conforming_strings = on');
  await client.query(
    `SELECT pg_catalog.set_config(s.name, p.value, false)
     FROM pg_catalog.pg_settings AS s
     JOIN pg_catalog.json_each_text($1::pg_catalog.json) AS p (name, value) ON s.name = p.name`,
    [JSON.stringify(PINNED)],
  );
}

/** The role's timeout may be so short that it cancels this statement too, so it is repeated. */
async function liftStatementTimeout(client: Client): Promise<void> {
  for (let tries = 1; ; tries++) {
    try {
      await client.query('SET statement_timeout = 0');
      return;
    } catch (error) {
      if (!hasCode(error, QUERY_CANCELED) || tries === MAX_TRIES) throw error;
    }
  }
}

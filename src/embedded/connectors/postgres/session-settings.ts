import type { Client } from 'pg';
import { hasCode } from '../../platform/system-error';

const MAX_TRIES = 20;
const QUERY_CANCELED = '57014';

/**
 * Settings that change which rows a session sees, how it writes values or how it reads them. `ALTER ROLE … SET` and
 * `ALTER DATABASE … SET` can give each of them another value. `lc_monetary` is absent on purpose: the same stored
 * money means another amount under another value of it, so the database's own has to apply. `role` and
 * `default_transaction_read_only` are decisions of an administrator about access, and fail loudly.
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
  // A policy that hides rows from this role becomes an error, where it would be a silent loss.
  row_security: 'off',
  standard_conforming_strings: 'on',
  synchronize_seqscans: 'off',
  // A state that was given back must survive a crash of the server.
  synchronous_commit: 'on',
  TimeZone: 'UTC',
  transaction_timeout: '0',
  transform_null_equals: 'off',
  xmlbinary: 'base64',
  xmloption: 'content',
};

/** Sets what this server's version knows of the pinned settings. */
export async function pinSettings(client: Client): Promise<void> {
  await liftStatementTimeout(client);
  // Before anything is looked up by name: a schema on the role's path could hold an operator or a function that takes
  // the place of a built-in one. Functions of views still find what is in `public`, as they do by default.
  await client.query('SET search_path = pg_catalog, public, pg_temp; SET standard_conforming_strings = on');
  await client.query(
    `SELECT pg_catalog.set_config("s"."name", "p"."value", false)
     FROM pg_catalog.pg_settings AS "s"
     JOIN pg_catalog.json_each_text($1::pg_catalog.json) AS "p" ("name", "value") ON "s"."name" = "p"."name"`,
    [JSON.stringify(PINNED)],
  );
}

/** A role's time limit may be so short that it ends the very statement that lifts it. */
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

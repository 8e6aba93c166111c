import { objectAt } from '../../src/embedded/platform/json';
import {
  check,
  ID,
  ID_AND_TEXT,
  refused,
  sql,
  type Sync,
  useServer,
  type Mode,
  write,
  written,
} from './destination-kit';

useServer();

describe("a user's tables", () => {
  it.each([
    'CREATE TABLE "people" ("id" int, "keep" text)',
    'CREATE TABLE "people" ("id" numeric, "_airbyte_extracted_at" timestamptz NOT NULL)',
    'CREATE TABLE "people" ("_airbyte_extracted_at" timestamptz NOT NULL, "id" int)',
    'CREATE TABLE "people" ("_airbyte_extracted_at" timestamptz NOT NULL, "id" numeric) PARTITION BY LIST ("id")',
    'CREATE VIEW "people" AS SELECT 1 AS "id"',
    'CREATE MATERIALIZED VIEW "people" AS SELECT 1 AS "id"',
    'CREATE SEQUENCE "people"',
    `CREATE TYPE "people" AS ENUM ('a')`,
    'CREATE TYPE "people" AS ("id" int)',
    'CREATE DOMAIN "people" AS int',
    'CREATE TABLE "other" ("id" int); CREATE INDEX "people" ON "other" ("id")',
  ])('are refused in every mode: %s', async (statement) => {
    sql(statement);
    for (const mode of ['overwrite', 'append', 'append_dedup'] as const) {
      const message = await refused(mode, 'people', ['{"id":1}'], { key: ['id'] });
      expect(message).toMatch(/"public"\."people" exists and was not created by this connector/);
    }
  });

  it('are not treated as the connector’s if they are copies of its tables', async () => {
    await written('append', 'people', ['{"id":1}']);
    sql('CREATE TABLE "copy" (LIKE "people" INCLUDING ALL); INSERT INTO "copy" SELECT * FROM "people"');
    await refused('overwrite', 'copy', ['{"id":2}']);
    expect(sql('SELECT "id" FROM "copy"')).toBe('1');
  });

  it('are distinguished from tables of an older version, which had no comment', async () => {
    sql(
      `CREATE TABLE "people" ("_airbyte_extracted_at" timestamptz NOT NULL); ALTER TABLE "people" ADD "id" numeric; INSERT INTO "people" VALUES (now(), 1)`,
    );
    await written('append', 'people', ['{"id":2}']);
    await written('overwrite', 'people', ['{"id":3}']);
    expect(sql('SELECT "id" FROM "people"')).toBe('3');
  });
});

describe('an overwrite', () => {
  it('keeps the objects that depend on the table', async () => {
    await written('overwrite', 'people', ['{"id":1,"v":"a"}'], { properties: ID_AND_TEXT });
    sql(`CREATE ROLE "reader"; GRANT SELECT ON "people" TO "reader"; CREATE VIEW "ids" AS SELECT "id" FROM "people";
      CREATE UNIQUE INDEX "by_id" ON "people" ("id"); COMMENT ON TABLE "people" IS 'mine'; ALTER TABLE "people" ADD "extra" int DEFAULT 7;
      ALTER TABLE "people" ADD CONSTRAINT "one" UNIQUE ("id"); CREATE TABLE "child" ("id" numeric REFERENCES "people" ("id")); INSERT INTO "child" VALUES (1);
      CREATE POLICY "all" ON "people" USING (true); CREATE PUBLICATION "changes" FOR ALL TABLES`);
    await written('overwrite', 'people', ['{"id":1,"v":"b"}', '{"id":2,"v":"c"}'], {
      properties: ID_AND_TEXT,
    });
    expect(sql('SELECT "id", "v", "extra" FROM "people" ORDER BY 1')).toBe('1|b|7\n2|c|7');
    expect(sql('SELECT COUNT(*) FROM "ids"')).toBe('2');
    expect(
      sql(`SELECT has_table_privilege('reader', 'people', 'SELECT'), obj_description('people'::regclass, 'pg_class'),
        (SELECT COUNT(*) FROM pg_indexes WHERE tablename = 'people'), (SELECT COUNT(*) FROM pg_policies)`),
    ).toBe('t|mine|2|1');
    sql('DROP OWNED BY "reader"; DROP ROLE "reader"');
  });

  it('adapts the columns: adds new ones, changes types and drops obsolete ones', async () => {
    await written('overwrite', 'people', ['{"id":1,"old":"x"}'], {
      properties: { ...ID, old: { type: 'string' } },
    });
    sql('ALTER TABLE "people" ADD "mine" text');
    await written('overwrite', 'people', ['{"id":"1","new":true}'], {
      properties: { id: { type: 'string' }, new: { type: 'boolean' } },
    });
    const columns = `SELECT string_agg(attname || ' ' || format_type(atttypid, null), ', ' ORDER BY attnum) FROM pg_attribute
      WHERE attrelid = 'people'::regclass AND attnum > 1 AND NOT attisdropped`;
    expect(sql(columns)).toBe('id text, mine text, new boolean');
  });

  it('is refused with the name of the view that prevents a change of type', async () => {
    await written('overwrite', 'people', ['{"id":1}']);
    sql('CREATE VIEW "ids" AS SELECT "id" FROM "people"');
    const message = await refused('overwrite', 'people', ['{"id":"1"}'], {
      properties: { id: { type: 'string' } },
    });
    expect(message).toMatch(/column id .* must change from numeric to text, .* Drop ids, run the sync/);
    expect(sql('SELECT * FROM "ids"')).toBe('1');
  });

  it('is refused if a foreign key would delete rows of another table', async () => {
    await written('overwrite', 'people', ['{"id":1}']);
    sql(`ALTER TABLE "people" ADD UNIQUE ("id"); CREATE TABLE "child" ("id" numeric REFERENCES "people" ("id") ON DELETE CASCADE);
      INSERT INTO "child" VALUES (1)`);
    expect(await refused('overwrite', 'people', ['{"id":1}'])).toMatch(/foreign key child_id_fkey on child/);
    expect(sql('SELECT COUNT(*) FROM "child"')).toBe('1');
  });

  it('never changes the rows or columns of a table that inherits', async () => {
    await written('overwrite', 'people', ['{"id":1,"v":"a"}'], { properties: ID_AND_TEXT });
    sql('CREATE TABLE "heir" () INHERITS ("people"); INSERT INTO "heir" VALUES (now(), 99, \'mine\')');
    await written('overwrite', 'people', ['{"id":2}']);
    const properties = { id: { type: 'string' } };
    expect(await refused('overwrite', 'people', ['{"id":"3"}'], { properties })).toMatch(
      /heir, which inherits/,
    );
    expect(sql('SELECT "id", "v" FROM "people" ORDER BY 1')).toBe('2|\n99|mine');
  });

  it('changes nothing and leaves nothing behind if it ends too early', async () => {
    await written('overwrite', 'people', ['{"id":1}']);
    const before = sql('SELECT oid FROM pg_class ORDER BY 1');
    const { failure } = await write('overwrite', 'people', ['{"id":2,"late":1}'], { complete: false });
    expect(failure?.type).toBe('transient_error');
    expect(sql('SELECT "id" FROM "people"')).toBe('1');
    expect(sql('SELECT oid FROM pg_class ORDER BY 1')).toBe(before);
  });

  it('drops the table that an older version left behind', async () => {
    await written('overwrite', 'people', ['{"id":1}']);
    sql(`DO $$ BEGIN EXECUTE format('CREATE TABLE %I ("_airbyte_extracted_at" timestamptz NOT NULL)',
      '_airbyte_new_' || left(encode(sha256('people'), 'hex'), 32)); END $$`);
    await written('overwrite', 'people', ['{"id":1}']);
    expect(sql(`SELECT COUNT(*) FROM pg_tables WHERE tablename LIKE '\\_airbyte\\_new%'`)).toBe('0');
  });
});

describe('rows that are not stored', () => {
  it.each<[string, string, readonly Mode[]]>([
    [
      'a trigger',
      'CREATE TRIGGER "swallow" BEFORE INSERT ON "items" FOR EACH ROW EXECUTE FUNCTION "nothing"()',
      ['append', 'overwrite', 'append_dedup'],
    ],
    [
      'a trigger on deletions',
      'CREATE TRIGGER "swallow" BEFORE DELETE ON "items" FOR EACH ROW EXECUTE FUNCTION "nothing"()',
      ['overwrite'],
    ],
    ['a rule', 'CREATE RULE "swallow" AS ON INSERT TO "items" DO INSTEAD NOTHING', ['overwrite']],
  ])('because of %s fail the sync with the cause', async (_cause, statement, modes) => {
    await written('append', 'items', ['{"id":1}']);
    sql(
      `CREATE FUNCTION "nothing"() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END'; ${statement}`,
    );
    for (const mode of modes)
      expect(await refused(mode, 'items', ['{"id":2}'], { key: ['id'] })).toMatch(/swallow/);
    expect(sql('SELECT "id" FROM "items"')).toBe('1');
  });
});

describe('a trigger that deletes rows', () => {
  const trigger = (condition: string): string =>
    `CREATE FUNCTION "forget"() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN DELETE FROM "items" WHERE ${condition}; RETURN NULL; END';
     CREATE TRIGGER "swallow" AFTER INSERT OR UPDATE ON "items" FOR EACH ROW EXECUTE FUNCTION "forget"()`;

  it.each<Mode>(['append', 'append_dedup', 'overwrite'])(
    'after they are stored fails mode %s',
    async (mode) => {
      await written('append', 'items', ['{"id":1}']);
      sql(trigger('"id" = NEW."id"'));
      expect(await refused(mode, 'items', ['{"id":1}', '{"id":2}'], { key: ['id'] })).toMatch(/swallow/);
      expect(sql('SELECT "id" FROM "items"')).toBe('1');
    },
  );

  it.each<Mode>(['append', 'append_dedup'])('of earlier syncs does not fail mode %s', async (mode) => {
    await written('append', 'items', ['{"id":1}']);
    sql(trigger('"id" = 1'));
    await written(mode, 'items', ['{"id":2}', '{"id":3}'], { key: ['id'] });
    expect(sql(`SELECT string_agg("id"::text, ',' ORDER BY "id") FROM "items"`)).toBe('2,3');
  });
});

describe('a role with few rights', () => {
  beforeEach(() => {
    sql(`DROP ROLE IF EXISTS "loader"; CREATE ROLE "loader" LOGIN; CREATE SCHEMA "landing"; GRANT USAGE, CREATE ON SCHEMA "landing" TO "loader";
      REVOKE ALL ON DATABASE "lake" FROM PUBLIC; GRANT CONNECT ON DATABASE "lake" TO "loader"`);
  });
  afterEach(() => {
    sql('DROP OWNED BY "loader"; DROP ROLE "loader"');
  });
  const few: Sync = { schema: 'landing', username: 'loader', key: ['id'] };

  it('writes in every mode and leaves only its tables', async () => {
    expect(await check('landing', 'loader')).toBeNull();
    for (const mode of ['overwrite', 'append', 'append_dedup', 'overwrite'] as const)
      await written(mode, 'a', ['{"id":1}'], few);
    await refused('overwrite', 'a', ['{"id":"x"}'], few);
    expect(sql(`SELECT string_agg(tablename, ',') FROM pg_tables WHERE schemaname = 'landing'`)).toBe('a');
  });

  it('gets an error with the statement that grants the missing permission', async () => {
    expect(await check('public', 'loader')).toMatch(/GRANT USAGE, CREATE ON SCHEMA "public" TO "loader"/);
    expect(await check('nowhere', 'loader')).toMatch(/CREATE SCHEMA "nowhere"; GRANT/);
  });
});

describe('readers', () => {
  it('see the old rows or the new ones', async () => {
    const rows = (v: string): string[] =>
      Array.from({ length: 20_000 }, (_, id) => `{"id":${id},"v":"${v}"}`);
    await written('overwrite', 'big', rows('a'), { properties: ID_AND_TEXT });
    const seen = new Set<string>();
    const look = (): void => void seen.add(sql('SELECT COUNT(*), MIN("v"), MAX("v") FROM "big"'));
    const run = written('overwrite', 'big', rows('b'), { properties: ID_AND_TEXT });
    const ended = run.then(() => true);
    const soon = (): Promise<boolean> => new Promise((resolve) => setImmediate(resolve, false));
    do look();
    while (!(await Promise.race([ended, soon()])));
    look();
    expect([...seen].filter((one) => one !== '20000|a|a' && one !== '20000|b|b')).toEqual([]);
    expect([...seen].at(-1)).toBe('20000|b|b');
  });

  it('get the rows of syncs that create the same schema and table at the same time', async () => {
    const runs = await Promise.all(
      ['a', 'b', 'b'].map((name) => write('append', name, ['{"id":1}'], { schema: 'fresh' })),
    );
    expect(runs.map(({ failure }) => failure)).toEqual([null, null, null]);
    expect(sql('SELECT (SELECT COUNT(*) FROM "fresh"."a"), (SELECT COUNT(*) FROM "fresh"."b")')).toBe('1|2');
  });

  it('get all rows of two syncs that overwrite one table at the same time', async () => {
    const rows = (v: string): string[] => Array.from({ length: 5000 }, (_, id) => `{"id":${id},"v":"${v}"}`);
    const runs = await Promise.all(
      ['a', 'b', 'c'].map((v) => write('overwrite', 'both', rows(v), { properties: ID_AND_TEXT })),
    );
    expect(runs.map(({ failure }) => failure)).toEqual([null, null, null]);
    expect(sql('SELECT COUNT(*), COUNT(DISTINCT "v") FROM "both"')).toBe('5000|1');
  });
});

it('confirms states with the number of stored rows', async () => {
  const { states } = await written('append', 'items', ['{"id":1}', '{"id":1}']);
  expect(objectAt(states[0] ?? {}, 'destinationStats')).toEqual({ recordCount: 2 });
});

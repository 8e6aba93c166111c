import 'reflect-metadata';
import { plainToInstance, Type } from 'class-transformer';
import {
  ArrayMinSize,
  IsArray,
  IsObject,
  IsOptional,
  IsString,
  ValidateNested,
  type ValidationError,
  validateSync,
} from 'class-validator';
import fc from 'fast-check';
import { IsId, IsOneOf, IsOptionalText, IsText, IsWholeNumber } from './decorators';
import { dtoErrors } from './dto-errors';

class Part {
  @IsText(1, 3)
  name: string;

  @IsOptionalText(2, 'hint')
  note?: string | null;
}

class Whole {
  @IsId('source')
  id: string;

  @IsOptional()
  @IsWholeNumber(1, 3)
  count?: number | null;

  @IsOptional()
  @IsOneOf(['a', 'b'])
  kind?: string | null;

  @IsOptional()
  @IsString({ each: true })
  names?: string[];

  @IsOptional()
  @IsObject()
  @ValidateNested()
  @Type(() => Part)
  part?: Part | null;

  @IsOptional()
  @IsArray()
  @ArrayMinSize(1)
  @ValidateNested({ each: true })
  @Type(() => Part)
  parts?: Part[] | null;
}

const STRICT = { whitelist: true, forbidNonWhitelisted: true, forbidUnknownValues: true };

const junk = fc.constantFrom(null, undefined, '', 'a', 'abcd', 0, 1, 2.5, true, [], {}, [[]], [null]);
const part = fc.oneof(
  { weight: 3, arbitrary: fc.record({ name: fc.constantFrom('a', 'abc') }) },
  fc.record({ name: junk, note: junk, other: junk }, { requiredKeys: [] }),
  junk,
);
const whole = fc.record(
  {
    id: fc.oneof({ weight: 4, arbitrary: fc.constant('some-id') }, junk),
    count: fc.oneof(fc.constantFrom(1, 3, 4), junk),
    kind: fc.oneof(fc.constantFrom('a', 'b', 'c'), junk),
    names: fc.oneof(fc.array(fc.oneof(fc.constant('a'), junk), { maxLength: 3 }), junk),
    part,
    parts: fc.oneof(fc.array(part, { maxLength: 3 }), junk),
    other: junk,
  },
  { requiredKeys: ['id'] },
);

function errorsOf(dto: object, enough = 101): ValidationError[] {
  const work = dtoErrors(dto, enough);
  for (;;) {
    const step = work.next();
    if (step.done) return step.value;
  }
}

/** Path, failed rules and their messages, in the order of the paths. */
function flat(errors: readonly ValidationError[], parent = ''): string[] {
  return errors
    .flatMap(({ property, constraints, children }) => {
      const path = `${parent}/${property}`;
      if (!constraints) return flat(children ?? [], path);
      return Object.entries(constraints).map(([rule, message]) => `${path} ${rule} ${message}`);
    })
    .sort();
}

describe('dtoErrors', () => {
  it('finds the errors that class-validator finds in the whole instance', () => {
    const seen = new Set<boolean>();
    fc.assert(
      fc.property(whole, (body) => {
        const expected = flat(validateSync(plainToInstance(Whole, body), STRICT));
        expect(flat(errorsOf(plainToInstance(Whole, body)))).toEqual(expected);
        seen.add(expected.length === 0);
      }),
      { numRuns: 3000 },
    );
    expect(seen.size).toBe(2);
  });

  it('names the place of an item in its list', () => {
    const parts = [{ name: 'a' }, { name: 'long' }, 1, { name: 'b' }, {}];
    const errors = errorsOf(plainToInstance(Whole, { id: 'some-id', parts }));
    expect(errors[0]?.children?.map(({ property }) => property)).toEqual(['1', '2', '4']);
  });

  it('ends after enough errors', () => {
    const parts = Array.from({ length: 1000 }, () => ({ name: 1, note: 2 }));
    const errors = errorsOf(plainToInstance(Whole, { id: 'some-id', parts }), 11);
    expect(flat(errors).length).toBeGreaterThanOrEqual(11);
    expect(errors[0]?.children).toHaveLength(6);
  });

  it('can be interrupted after each item, valid or not', () => {
    for (const name of ['a', 'too long']) {
      const parts = Array.from({ length: 1000 }, () => ({ name }));
      const work = dtoErrors(plainToInstance(Whole, { id: 'some-id', parts }), 101);
      let interruptions = 0;
      while (!work.next().done) interruptions++;
      expect(interruptions).toBeGreaterThanOrEqual(1000);
    }
  });

  it('refuses objects without rules', () => {
    expect(errorsOf({})).toHaveLength(1);
  });
});

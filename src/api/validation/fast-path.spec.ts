import 'reflect-metadata';
import { plainToInstance, Type } from 'class-transformer';
import {
  ArrayMinSize,
  IsArray,
  IsObject,
  IsOptional,
  IsString,
  ValidateNested,
  validateSync,
} from 'class-validator';
import fc from 'fast-check';
import { IsId, IsOneOf, IsOptionalText, IsText, IsWholeNumber } from './decorators';
import { passesFastPath } from './fast-path';

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

class EachText {
  @IsString({ each: true })
  names: string[];
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
    part,
    parts: fc.oneof(fc.array(part, { maxLength: 3 }), junk),
    other: junk,
  },
  { requiredKeys: ['id'] },
);

describe('the quick check', () => {
  it('lets through exactly what class-validator finds nothing wrong with', () => {
    const seen = new Set<boolean>();
    fc.assert(
      fc.property(whole, (body) => {
        const dto = plainToInstance(Whole, body);
        const isValid = validateSync(dto, STRICT).length === 0;
        seen.add(isValid);
        expect(passesFastPath(dto)).toBe(isValid);
      }),
      { numRuns: 2000 },
    );
    expect(seen.size).toBe(2);
  });

  it('leaves to class-validator what it does not know: rules for each item, objects without rules', () => {
    expect(passesFastPath(plainToInstance(EachText, { names: ['a'] }))).toBe(false);
    expect(passesFastPath({})).toBe(false);
  });
});

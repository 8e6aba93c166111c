import { decompressLz4, decompressLz4Raw } from './lz4';
import { readDelta32, readDelta64, readDeltaLengths, readDeltaTexts } from './delta';
import { readValues, type Storage } from './encodings';
import { readHybrid, readOldPacked } from './hybrid';
import { doubleText, floatText, halfOf } from './numbers';
import { PageBytes } from './page-bytes';
import { timeOfDayText } from './times';
import { kindOf } from './values';

function page(...bytes: number[]): PageBytes {
  return new PageBytes(Uint8Array.from(bytes));
}

const int32: Storage = { type: 'INT32', length: 0 };

describe('values of a page', () => {
  it.each<[string, string, Storage, number[], number, unknown[]]>([
    ['plain numbers', 'PLAIN', int32, [1, 0, 0, 0, 255, 255, 255, 255], 2, [1, -1]],
    ['plain booleans', 'PLAIN', { type: 'BOOLEAN', length: 0 }, [5], 3, [true, false, true]],
    ['booleans in runs', 'RLE', { type: 'BOOLEAN', length: 0 }, [2, 0, 0, 0, 6, 1], 3, [true, true, true]],
    ['split numbers', 'BYTE_STREAM_SPLIT', int32, [1, 2, 0, 0, 0, 0, 0, 255], 2, [1, 2 - 2 ** 24]],
    [
      'padded texts',
      'PLAIN',
      { type: 'BYTE_ARRAY', length: 0 },
      [1, 0, 0, 0, 97, 0, 0, 0],
      1,
      [Uint8Array.of(97)],
    ],
  ])('%s', (_what, encoding, storage, bytes, count, values) => {
    expect(Array.from(readValues(page(...bytes), encoding, storage, count))).toEqual(values);
  });

  it.each<[string, string, Storage, number[], number]>([
    ['too few numbers', 'PLAIN', int32, [1, 0, 0, 0, 2, 0], 2],
    ['the header of another page behind them', 'PLAIN', int32, [1, 0, 0, 0, 0x15, 0x06, 0x15, 0x36], 1],
    ['a text that ends behind the page', 'PLAIN', { type: 'BYTE_ARRAY', length: 0 }, [9, 0, 0, 0, 97], 1],
    ['a text of four gigabytes', 'PLAIN', { type: 'BYTE_ARRAY', length: 0 }, [255, 255, 255, 255, 97], 1],
    ['a run that is cut off', 'RLE', { type: 'BOOLEAN', length: 0 }, [1, 0, 0, 0, 6], 3],
    ['no miniblocks', 'DELTA_BINARY_PACKED', int32, [128, 1, 0, 2, 0, 0, 0], 2],
    ['another number of differences', 'DELTA_BINARY_PACKED', int32, [128, 1, 4, 9, 0, 0, 0, 0, 0, 0], 2],
    [
      'an encoding of another type',
      'DELTA_BINARY_PACKED',
      { type: 'DOUBLE', length: 0 },
      [128, 1, 4, 2, 0],
      2,
    ],
  ])('are refused if they have %s', (_what, encoding, storage, bytes, count) => {
    expect(() => readValues(page(...bytes), encoding, storage, count)).toThrow(/damaged|not supported/);
  });

  it('are read as differences with all 32 or 64 bits', () => {
    // 7, then +1 and +1: block of 128, 4 miniblocks, 3 values, least difference 1, no bits.
    const steps = [128, 1, 4, 3, 14, 2, 0, 0, 0, 0];
    expect([...readDelta32(page(...steps), 3)]).toEqual([7, 8, 9]);
    expect([...readDelta64(page(...steps), 3)]).toEqual([7n, 8n, 9n]);
    const wide = [128, 1, 4, 2, 0, 0, 64, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 128];
    expect([...readDelta64(page(...wide), 2)]).toEqual([0n, -(2n ** 63n)]);
  });

  it('are refused with a negative length or a shared prefix that is too long', () => {
    const minusOne = [128, 1, 4, 1, 1];
    expect(() => readDeltaLengths(page(...minusOne), 1)).toThrow('damaged');
    expect(() => readDeltaTexts(page(...minusOne, 128, 1, 4, 1, 0), 1)).toThrow('damaged');
    expect(() => readDeltaTexts(page(128, 1, 4, 1, 2, 128, 1, 4, 1, 0), 1)).toThrow('damaged');
  });
});

describe('levels', () => {
  it('are read from runs and packed bits, also if the last group is truncated', () => {
    expect([...readHybrid(page(6, 1, 3, 0b0110), 1, 7)]).toEqual([1, 1, 1, 0, 1, 1, 0]);
    expect([...readHybrid(page(3, 0x88, 0xc6), 3, 5)]).toEqual([0, 1, 2, 3, 4]);
    expect([...readOldPacked(page(0b00011011), 2, 4)]).toEqual([0, 1, 2, 3]);
  });

  it('are refused if they are truncated or too high', () => {
    expect(() => readHybrid(page(6), 1, 3)).toThrow('damaged');
    expect(() => readHybrid(page(3), 3, 5)).toThrow('damaged');
    expect(() => readHybrid(page(6, 2), 1, 3)).toThrow('damaged');
    expect(() => readHybrid(page(), 0, 1)).toThrow('damaged');
    expect(() => page(1, 2).part(-1)).toThrow('damaged');
  });
});

describe('LZ4', () => {
  it('decompresses literals, overlapping matches and an empty block', () => {
    expect([...decompressLz4Raw(Uint8Array.of(0), 0)]).toEqual([]);
    expect([...decompressLz4Raw(Uint8Array.of(0x12, 7, 1, 0, 0x10, 9), 8)]).toEqual([7, 7, 7, 7, 7, 7, 7, 9]);
    expect([...decompressLz4(Uint8Array.of(0, 0, 0, 1, 0, 0, 0, 2, 0x10, 9), 1)]).toEqual([9]);
  });

  it.each([[[0x10]], [[0x12, 7, 0, 0]], [[0x12, 7, 2, 0]], [[0xf0, 255]], [[0x10, 7, 1]], [[0x20, 7, 7]]])(
    '%j is refused',
    (bytes) => {
      expect(() => decompressLz4Raw(Uint8Array.from(bytes), 1)).toThrow('its LZ4 data is invalid');
    },
  );
});

describe('values', () => {
  it('keep the sign of zero', () => {
    expect([doubleText(-0), floatText(-0), floatText(halfOf(Uint8Array.of(0, 0x80)))]).toEqual([
      '-0.0',
      '-0.0',
      '-0.0',
    ]);
  });

  it('keep INT96 with negative nanoseconds, or after an overflow in Spark', () => {
    const kind = kindOf(
      {
        name: 'at',
        type: 'INT96',
        length: 0,
        repetition: 'OPTIONAL',
        converted: null,
        scale: 0,
        logical: null,
      },
      'at',
    );
    const text = (nanos: bigint, day: number): string => {
      const bytes = new DataView(new ArrayBuffer(12));
      bytes.setBigInt64(0, nanos, true);
      bytes.setInt32(8, day, true);
      return kind.toJson(new Uint8Array(bytes.buffer));
    };
    expect(text(-1n, 2_440_588)).toBe('"1969-12-31T23:59:59.999999999"');
    expect(text(-32_509_551_616_000n, -105_862_232)).toBe('"290000-12-30T23:00:00.000000000"');
  });

  it('accept a negative time only in UTC, as a time of the day before', () => {
    expect(timeOfDayText(-13_899_000n, 'MILLIS', true)).toBe('20:08:21.000');
    expect(timeOfDayText(86_400_000n, 'MILLIS', false)).toBe('24:00:00.000');
    expect(() => timeOfDayText(-1n, 'MILLIS', false)).toThrow('is not a time of day');
    expect(() => timeOfDayText(86_400_001n, 'MILLIS', true)).toThrow('is not a time of day');
  });
});

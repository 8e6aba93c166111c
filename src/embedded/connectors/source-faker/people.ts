const FIRST = [
  'Ada',
  'Björn',
  'Chloé',
  'Dmitri',
  'Emeka',
  'Fatima',
  'Grace',
  'Hiro',
  'Inés',
  'Jürgen',
  'Kavya',
  'Li',
  'Mateo',
  'Noor',
  'Olga',
  'Pia',
];
const LAST = [
  'Abara',
  'Berg',
  'Costa',
  'Dupont',
  'Evans',
  'Fischer',
  'García',
  'Hansen',
  'Ito',
  'Jansen',
  'Khan',
  'Lund',
  'Meier',
  'Novák',
  'O’Neill',
  'Petrov',
];
const CITIES = ['Aarhus', 'Bogotá', 'Chennai', 'Dublin', 'Enugu', 'Fukuoka', 'Graz', 'Haifa'];
const JOBS = ['Baker', 'Carpenter', 'Nurse', 'Pilot', 'Programmer', 'Teacher', 'Welder'];
const MAKES = ['Arrow', 'Borealis', 'Comet', 'Dynamo', 'Ember'];

/** A pseudo-random number that seed, id and salt determine (the finaliser of MurmurHash3). */
function mix(seed: number, id: number, salt: number): number {
  let hash =
    (Math.imul(id, 0x9e3779b1) ^ Math.imul(seed + 1, 0x85ebca6b) ^ Math.imul(salt, 0xc2b2ae35)) >>> 0;
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b) >>> 0;
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35) >>> 0;
  return (hash ^ (hash >>> 16)) >>> 0;
}

/** The user with an id; ids begin at 1. */
export function userOf(seed: number, id: number, updatedAt: string): object {
  const pick = (list: readonly string[], salt: number): string =>
    list[mix(seed, id, salt) % list.length] ?? '';
  const [first, last] = [pick(FIRST, 1), pick(LAST, 2)];
  return {
    id,
    name: `${first} ${last}`,
    email: `user${id}@example.com`,
    age: 18 + (mix(seed, id, 3) % 70),
    height: 1.5 + (mix(seed, id, 4) % 50) / 100,
    occupation: pick(JOBS, 5),
    address: { city: pick(CITIES, 6), postal_code: String(mix(seed, id, 7) % 100_000).padStart(5, '0') },
    created_at: new Date(1_577_836_800_000 + (mix(seed, id, 8) % 126_230_400) * 1000).toISOString(),
    updated_at: updatedAt,
  };
}

/** The product with an id; ids begin at 1. */
export function productOf(seed: number, id: number, updatedAt: string): object {
  return {
    id,
    make: MAKES[mix(seed, id, 11) % MAKES.length],
    model: `Model ${id}`,
    year: 1990 + (mix(seed, id, 12) % 35),
    price: (mix(seed, id, 13) % 5_000_000) / 100,
    created_at: '2020-01-01T00:00:00.000Z',
    updated_at: updatedAt,
  };
}

/** The JSON schemas of both streams. */
export const SCHEMAS = {
  users: {
    type: 'object',
    properties: {
      id: { type: 'integer' },
      name: { type: 'string' },
      email: { type: 'string' },
      age: { type: 'integer' },
      height: { type: 'number' },
      occupation: { type: 'string' },
      address: { type: 'object', properties: { city: { type: 'string' }, postal_code: { type: 'string' } } },
      created_at: { type: 'string', format: 'date-time' },
      updated_at: { type: 'string', format: 'date-time' },
    },
  },
  products: {
    type: 'object',
    properties: {
      id: { type: 'integer' },
      make: { type: 'string' },
      model: { type: 'string' },
      year: { type: 'integer' },
      price: { type: 'number' },
      created_at: { type: 'string', format: 'date-time' },
      updated_at: { type: 'string', format: 'date-time' },
    },
  },
} as const;

const CUSTOMERS = [
  'Aaltonen',
  'Bianchi',
  'Castro',
  'Dubois',
  'Eriksen',
  'Fischer',
  'Gupta',
  'Haddad',
  'Ivanova',
  'Jansen',
  'Kowalski',
  'Lopez',
  'Müller',
  'Nguyen',
  'Okafor',
  'Pereira',
];
const COUNTRIES = [
  'FI',
  'IT',
  'ES',
  'FR',
  'NO',
  'DE',
  'IN',
  'LB',
  'BG',
  'NL',
  'PL',
  'MX',
  'AT',
  'VN',
  'NG',
  'PT',
];
const PRODUCTS: readonly (readonly [string, number])[] = [
  ['Notebook, A5', 4.5],
  ['Fountain pen', 29],
  ['Ink "Midnight"', 12.9],
  ['Desk lamp', 49.95],
  ['Paper clips, 100', 2.2],
  ['Monitor stand', 79],
  ['Cable tray', 34.5],
];
const STATUSES = ['paid', 'shipped', 'delivered', 'delivered', 'delivered', 'returned'];

/** Number of orders in the sample. */
const SAMPLE_ORDERS = 5000;

/** Four months of a stationer's orders as CSV with a header. The content is deterministic. */
export function sampleOrdersCsv(): string {
  const lines = ['order_id,ordered_at,customer,email,country,product,quantity,unit_price,currency,status'];
  const random = pseudoRandom(20260101);
  const first = Date.UTC(2026, 0, 1);
  for (let index = 0; index < SAMPLE_ORDERS; index++) lines.push(orderLine(index, first, random));
  return `${lines.join('\n')}\n`;
}

function orderLine(index: number, first: number, random: () => number): string {
  const customerIndex = Math.floor(random() * CUSTOMERS.length);
  const customer = CUSTOMERS[customerIndex] ?? '';
  const [product = '', price = 0] = PRODUCTS[Math.floor(random() * PRODUCTS.length)] ?? [];
  const orderedAt = new Date(first + index * 2_073_600 + Math.floor(random() * 2_000_000)).toISOString();
  const email = `${customer
    .toLowerCase()
    .normalize('NFD')
    .replace(/[^a-z]/g, '')}${customerIndex + 1}@example.com`;
  const fields = [
    String(100_001 + index),
    orderedAt.replace(/\.\d+/, ''),
    customer,
    email,
    COUNTRIES[customerIndex] ?? '',
    product,
    String(1 + Math.floor(random() * 9)),
    price.toFixed(2),
    'EUR',
    STATUSES[Math.floor(random() * STATUSES.length)] ?? '',
  ];
  return fields.map((field) => (/[",]/.test(field) ? `"${field.replaceAll('"', '""')}"` : field)).join(',');
}

/** A deterministic pseudo-random generator of numbers from 0 to 1 (mulberry32). */
function pseudoRandom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

import { lookupBudgetMs } from './creation-recovery';

describe('budget of the lookup', () => {
  it.each([
    [300_000, 30_000],
    [10_000, 2_000],
    [1_000, 300],
    [200, 100],
  ])('of %i ms: %i ms', (budgetMs, expected) => {
    expect(lookupBudgetMs(budgetMs)).toBe(expected);
  });
});

/** The settings of the kill test, from the environment. Every seed stands for one round. */
export interface KillSettings {
  readonly firstSeed: number;
  readonly rounds: number;
  readonly rows: number;
  /** Number of processes that are killed in one round. */
  readonly kills: number;
}

export const SETTINGS: KillSettings = {
  firstSeed: numberOf('KILL_SEED', 1),
  rounds: numberOf('KILL_ROUNDS', 9),
  rows: numberOf('KILL_ROWS', 1_000_000),
  kills: numberOf('KILL_KILLS', 3),
};

function numberOf(name: string, usual: number): number {
  const text = process.env[name];
  if (text === undefined) return usual;
  if (!/^\d+$/.test(text)) throw new Error(`${name}=${text} is not a number.`);
  return Number(text);
}

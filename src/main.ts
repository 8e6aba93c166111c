import 'reflect-metadata';
import { SettingsError } from './config/environment';
import { parseSettings } from './config/settings';
import { start } from './start';
import { closeOnSignal } from './stop';
import { welcome } from './welcome';

async function main(): Promise<void> {
  const gateway = await start(parseSettings(process.env));
  closeOnSignal(gateway);
  process.stdout.write(welcome(gateway));
}

main().catch((error: unknown) => {
  const isForeseen =
    error instanceof SettingsError || (error instanceof Error && error.name === 'StartError');
  process.stderr.write(
    `${error instanceof Error ? (!isForeseen && error.stack) || error.message : String(error)}\n`,
  );
  process.exitCode = 1;
});

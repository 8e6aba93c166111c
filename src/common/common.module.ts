import { type DynamicModule, Global, Module } from '@nestjs/common';
import { SETTINGS } from '../config/settings.token';
import type { Settings } from '../config/settings.types';
import { CLOCK, type Clock } from './clock';
import { TokenSigner } from './token-signer';

/** What every module may inject: the settings, the time and the signer of tokens. */
@Global()
@Module({})
export class CommonModule {
  static forRoot(settings: Settings, clock: Clock): DynamicModule {
    const providers = [
      { provide: SETTINGS, useValue: settings },
      { provide: CLOCK, useValue: clock },
      { provide: TokenSigner, useValue: TokenSigner.from(settings) },
    ];
    return { module: CommonModule, providers, exports: providers };
  }
}

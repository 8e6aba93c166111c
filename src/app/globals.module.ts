import { type DynamicModule, Global, Module } from '@nestjs/common';
import { SETTINGS, type Settings } from '../config/settings-types';
import { CLOCK, type Clock } from '../lib/clock';
import { TRACER, type Tracer } from '../lib/tracer';
import { TokenSigner } from '../lib/token-signer';

/** Makes the settings, the clock and the token signer available in all modules. */
@Global()
@Module({})
export class GlobalsModule {
  static forRoot(settings: Settings, clock: Clock, tracer: Tracer | null): DynamicModule {
    const providers = [
      { provide: SETTINGS, useValue: settings },
      { provide: CLOCK, useValue: clock },
      { provide: TRACER, useValue: tracer },
      { provide: TokenSigner, useValue: TokenSigner.from(settings) },
    ];
    return { module: GlobalsModule, providers, exports: providers };
  }
}

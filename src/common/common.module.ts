import { type DynamicModule, Global, Module } from '@nestjs/common';
import { SETTINGS } from '../config/settings.token';
import type { Settings } from '../config/settings.types';
import { CLOCK, type Clock } from './clock';

/** What every room may ask for: the settings and the time. */
@Global()
@Module({})
export class CommonModule {
  static forRoot(settings: Settings, clock: Clock): DynamicModule {
    const providers = [
      { provide: SETTINGS, useValue: settings },
      { provide: CLOCK, useValue: clock },
    ];
    return { module: CommonModule, providers, exports: providers };
  }
}

import { HttpModule, HttpService } from '@nestjs/axios';
import { type DynamicModule, Module } from '@nestjs/common';
import type { AirbyteSettings } from '../config/settings.types';
import { AirbyteClient } from './client/airbyte.client';
import { createAirbyteClient } from './client/create.client';
import { IngestionController } from './ingestion/ingestion.controller';
import { IngestionService } from './ingestion/ingestion.service';
import { SchedulePolicy } from './ingestion/schedule.policy';
import { StatusReader } from './ingestion/status.reader';
import { PreviewController } from './preview/preview.controller';
import { PreviewService } from './preview/preview.service';
import { RunController } from './runs/run.controller';
import { RunService } from './runs/run.service';

/** Everything that speaks to one Airbyte. */
@Module({})
export class AirbyteModule {
  static forRoot(airbyte: AirbyteSettings): DynamicModule {
    return {
      module: AirbyteModule,
      imports: [HttpModule],
      controllers: [IngestionController, PreviewController, RunController],
      providers: [
        {
          provide: AirbyteClient,
          useFactory: (http: HttpService) => createAirbyteClient(airbyte, http.axiosRef),
          inject: [HttpService],
        },
        IngestionService,
        PreviewService,
        RunService,
        SchedulePolicy,
        StatusReader,
      ],
      exports: [AirbyteClient],
    };
  }
}

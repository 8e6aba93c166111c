import 'reflect-metadata';
import { HttpModule, HttpService } from '@nestjs/axios';
import { Body, Controller, Get, Module, Param, Post, ValidationPipe } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import type { NestExpressApplication } from '@nestjs/platform-express';
import { Type } from 'class-transformer';
import {
  IsIn,
  IsObject,
  IsOptional,
  IsString,
  Length,
  Matches,
  MaxLength,
  ValidateNested,
} from 'class-validator';
import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import pino from 'pino';
import { firstValueFrom } from 'rxjs';
import {
  type Connection,
  created,
  creationBody,
  type Jobs,
  jobsPath,
  PORT,
  statusOf,
  UPSTREAM,
  UPSTREAM_HEADERS,
} from './answers';

const ID = /^[A-Za-z0-9._~-]{1,128}$/;

class ScheduleDto {
  @IsIn(['cron', 'basic', 'manual'])
  scheduleType: string;

  @IsString()
  @MaxLength(255)
  cronExpression: string;
}

class CreateDto {
  @IsString()
  @Length(1, 255)
  name: string;

  @IsString()
  @Matches(ID)
  sourceId: string;

  @IsString()
  @Matches(ID)
  destinationId: string;

  @IsObject()
  @ValidateNested()
  @Type(() => ScheduleDto)
  schedule: ScheduleDto;

  @IsOptional()
  @IsIn(['active', 'inactive'])
  status?: string;
}

/** A common implementation: Nest with its defaults, on Express, with `HttpService` and the default `ValidationPipe`. */
@Controller('ingestion')
class IngestionController {
  constructor(private readonly http: HttpService) {}

  @Post()
  async create(@Body() request: CreateDto): Promise<unknown> {
    const url = `${UPSTREAM.href}/connections`;
    const options = { headers: UPSTREAM_HEADERS };
    const answer = await firstValueFrom(this.http.post<Connection>(url, creationBody(request), options));
    return created(answer.data);
  }

  @Get(':id/status')
  async status(@Param('id') id: string): Promise<unknown> {
    const options = { headers: UPSTREAM_HEADERS };
    const [connection, jobs] = await Promise.all([
      firstValueFrom(this.http.get<Connection>(`${UPSTREAM.href}/connections/${id}`, options)),
      firstValueFrom(this.http.get<Jobs>(`${UPSTREAM.origin}${jobsPath(id)}`, options)),
    ]);
    return statusOf(connection.data, jobs.data);
  }
}

@Module({ imports: [HttpModule], controllers: [IngestionController] })
class AppModule {}

async function main(): Promise<void> {
  const app = await NestFactory.create<NestExpressApplication>(AppModule, { logger: ['error'] });
  const logger = pino();
  app.use((request: IncomingMessage, response: ServerResponse, next: () => void) => {
    const id = randomUUID();
    response.setHeader('x-request-id', id);
    response.on('finish', () => {
      logger.info({ id, method: request.method, url: request.url, status: response.statusCode }, 'request');
    });
    next();
  });
  app.useGlobalPipes(new ValidationPipe({ whitelist: true, forbidNonWhitelisted: true, transform: true }));
  await app.listen(PORT, '127.0.0.1');
}

void main();

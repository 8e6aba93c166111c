import { Controller, Get, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import {
  ApiOkResponse,
  ApiProperty,
  DocumentBuilder,
  type OpenAPIObject,
  SwaggerModule,
} from '@nestjs/swagger';
import supertest from 'supertest';
import { completeDocument } from './complete-document';
import { DeprecatedOperation } from './deprecated-operation';

class AnswerDto {
  @ApiProperty({ type: 'integer' })
  count: number;
}

@Controller()
class OldController {
  @Get('old')
  @DeprecatedOperation({
    since: new Date('2026-01-01T00:00:00Z'),
    sunset: new Date('2026-06-30T23:59:59Z'),
    see: 'https://example.com/new',
  })
  @ApiOkResponse({ type: AnswerDto })
  old(): AnswerDto {
    return { count: 1 };
  }
}

@Module({ controllers: [OldController] })
class OldModule {}

describe('the completed description', () => {
  let app: NestFastifyApplication;
  let document: OpenAPIObject;

  beforeAll(async () => {
    app = await NestFactory.create<NestFastifyApplication>(OldModule, new FastifyAdapter(), {
      logger: false,
    });
    await app.listen(0, '127.0.0.1');
    document = completeDocument(SwaggerModule.createDocument(app, new DocumentBuilder().build()));
  });
  afterAll(() => app.close());

  it('says of an operation that goes away so, and its answers do too', async () => {
    const { headers } = await supertest(await app.getUrl())
      .get('/old')
      .expect(200);
    expect(headers).toMatchObject({
      deprecation: '@1767225600',
      sunset: 'Tue, 30 Jun 2026 23:59:59 GMT',
      link: '<https://example.com/new>; rel="deprecation"; type="text/html"',
    });
    const operation = document.paths['/old']?.get;
    expect(operation).toMatchObject({
      deprecated: true,
      responses: { 200: { headers: { Deprecation: {}, Sunset: {}, Link: {} } } },
    });
  });

  it('gives whole numbers a format and bounds, and every answer a request id', () => {
    expect(document.components?.schemas).toMatchObject({
      AnswerDto: { properties: { count: { format: 'int32', minimum: 0, maximum: 2147483647 } } },
    });
    expect(document.paths['/old']?.get?.responses['200']).toMatchObject({
      headers: { 'X-Request-Id': { $ref: '#/components/headers/X-Request-Id' } },
    });
  });
});

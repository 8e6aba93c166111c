import type { Locator, Page } from 'playwright-core';
import { until } from '../support/until';

/** One operation of the reference, as a reader uses it. */
export class ReferenceOperation {
  private readonly block: Locator;

  constructor(page: Page, operationId: string) {
    this.block = page.locator(`.opblock[id$="-${operationId}"]`);
  }

  /** Opens the operation and presses "Try it out". */
  async tryOut(): Promise<void> {
    await this.block.locator('.opblock-summary-control').click();
    await this.block.locator('.try-out__btn').click();
    await this.block.locator('.btn.execute').waitFor();
  }

  /** Waits until every path parameter has a value. */
  async filled(): Promise<void> {
    await until('the ids to be filled in', async () => {
      const values = await this.pathValues();
      return values.every((value) => value !== '');
    });
  }

  async pathValues(): Promise<string[]> {
    const inputs = await this.block.locator('tr[data-param-in=path] input').all();
    return Promise.all(inputs.map((input) => input.inputValue()));
  }

  /** Presses "Execute" and returns the status of the answer. */
  async execute(): Promise<string> {
    await this.block.locator('.btn.execute').click();
    const status = this.block.locator('.live-responses-table .response .response-col_status').first();
    await status.filter({ hasText: /\d{3}/ }).waitFor();
    const [, code = ''] = /(\d{3})/.exec(await status.innerText()) ?? [];
    return code;
  }

  async text(): Promise<string> {
    return this.block.innerText();
  }

  async body(): Promise<string> {
    return this.block.locator('textarea.body-param__text').inputValue();
  }

  async close(): Promise<void> {
    await this.block.locator('.opblock-summary-control').click();
  }
}

import type { Page } from '@playwright/test';

/** What a page must not do: speak of errors on the console, throw, or ask another machine. */
export class Watch {
  private readonly faults: string[] = [];
  private readonly expected: RegExp[] = [];

  /** `others` are faults of what the page is part of, and none of ours. */
  constructor(page: Page, others: RegExp[] = []) {
    page.on('console', (message) => {
      const fault = `console: ${message.text()} (${message.location().url})`;
      if (message.type() === 'error' && !others.some((pattern) => pattern.test(fault))) {
        this.faults.push(fault);
      }
    });
    page.on('pageerror', (error) => this.faults.push(`page: ${error.stack ?? error.message}`));
    page.on('request', (request) => {
      const { protocol, hostname } = new URL(request.url());
      if (/^(https?|wss?):$/.test(protocol) && hostname !== '127.0.0.1' && hostname !== 'localhost') {
        this.faults.push(`request to another machine: ${request.url()}`);
      }
    });
  }

  /** A fault that belongs to what the test does, as the status of an answer that says no. It has to come. */
  expect(fault: RegExp): void {
    this.expected.push(fault);
  }

  /** What there was, and what should have been and was not. */
  findings(): string[] {
    const unexpected = this.faults.filter((fault) => !this.expected.some((pattern) => pattern.test(fault)));
    const missing = this.expected.filter((pattern) => !this.faults.some((fault) => pattern.test(fault)));
    return [...unexpected, ...missing.map((pattern) => `expected, but did not come: ${pattern.source}`)];
  }
}

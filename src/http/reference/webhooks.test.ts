import { expect, test } from 'bun:test';
import * as v from 'valibot';
import { webhookTypes } from '../../webhooks/messages.ts';
import { orderEvent, refundDueEvent, testEvent } from './webhook-schemas.ts';
import { describedWebhooks } from './webhooks.ts';

const fits = v.variant('type', [orderEvent, refundDueEvent, testEvent]);

test('every webhook that is sent is described, with an example that fits its schema', () => {
  const described = Object.entries(describedWebhooks());
  expect(described.map(([type]) => type)).toEqual([...webhookTypes]);
  for (const [type, { post }] of described) {
    const { example } = post.requestBody.content['application/json'];
    expect(example.type).toBe(type);
    const parsed: unknown = v.parse(fits, example);
    expect(parsed).toEqual(example);
  }
});

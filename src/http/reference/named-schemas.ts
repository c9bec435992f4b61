/**
 * The schemas that have a name in the document, so that clients made from it have types of that name.
 * What has none is written out where it stands.
 */
import { type ConversionConfig, toJsonSchema, toJsonSchemaDefs } from '@valibot/to-json-schema';
import * as v from 'valibot';
import { newKeySchema } from '../../operators/new-key.ts';
import { deliverySchema as paymentDeliverySchema } from '../../payments/deliveries.ts';
import { extensionSchema } from '../../shop/control-promo.ts';
import { newItemSchema } from '../../shop/create-item.ts';
import { newPromoSchema, promoChangesSchema } from '../../shop/draft-promo.ts';
import { itemChangesSchema } from '../../shop/edit-item.ts';
import { paymentSchema, refundSchema, settlementSchema } from '../../shop/payments/input.ts';
import {
  byCodeSchema,
  byPasswordSchema,
  codeRequestSchema,
  logInSchema,
  newPasswordSchema,
  registrationSchema,
} from '../../shop/people/input.ts';
import { pictureChangesSchema } from '../../shop/pictures/pictures.ts';
import { deliverySchema } from '../../shop/restock.ts';
import { captchaSchema } from '../routes/captchas.ts';
import { purchaseTokenSchema } from '../routes/operators.ts';
import { batchSchema } from '../routes/order-batch.ts';
import { placeSchema } from '../routes/placing.ts';
import { leaveSchema } from '../routes/queue.ts';
import { admissionSchema } from '../routes/tokens.ts';
import * as schema from './answer-schemas.ts';
import * as engines from './engine-schemas.ts';
import * as webhooks from './webhook-schemas.ts';

export type Json = Record<string, unknown>;

/** What requests carry. */
const asked: Record<string, v.GenericSchema> = {
  NewOrder: placeSchema,
  OrderBatch: batchSchema,
  Payment: paymentSchema,
  Refund: refundSchema,
  PaymentDelivery: paymentDeliverySchema,
  Settlement: settlementSchema,
  NewItem: newItemSchema,
  Delivery: deliverySchema,
  ItemChanges: itemChangesSchema,
  PictureChanges: pictureChangesSchema,
  NewPromo: newPromoSchema,
  PromoChanges: promoChangesSchema,
  Extension: extensionSchema,
  CodeRequest: codeRequestSchema,
  Registration: registrationSchema,
  LogIn: logInSchema,
  LogInByPassword: byPasswordSchema,
  LogInByCode: byCodeSchema,
  NewPassword: newPasswordSchema,
  CaptchaRequest: captchaSchema,
  Admission: admissionSchema,
  Leaving: leaveSchema,
  TokenRequest: purchaseTokenSchema,
  NewKey: newKeySchema,
};

/** What answers carry, and webhooks. */
const answered: Record<string, v.GenericSchema> = {
  PlacedOrder: schema.placed,
  PlacedResult: schema.placedResult,
  RefusedResult: schema.refusedResult,
  BatchResults: schema.batchResults,
  Order: schema.order,
  OrderPage: schema.orders,
  FoundOrder: schema.foundOrder,
  FoundOrderPage: schema.foundOrders,
  DeliveredOrder: schema.delivered,
  RefundDue: schema.refundDue,
  RefundDuePage: schema.refundsDue,
  Item: schema.item,
  ItemPromo: schema.itemPromo,
  ItemPage: schema.itemList,
  ItemPicture: schema.itemPicture,
  SmallPicture: schema.smallPicture,
  ItemPictures: schema.itemPictures,
  Promo: schema.promo,
  PromoDraft: schema.promoDraft,
  PromoWarning: schema.warning,
  Draw: schema.draw,
  User: schema.user,
  Session: schema.session,
  OwnSession: schema.ownSession,
  Captcha: schema.captcha,
  ProofCaptcha: schema.proof,
  PictureCaptcha: schema.picture,
  Token: schema.token,
  Admitted: schema.admitted,
  Place: schema.place,
  Nowhere: schema.nowhere,
  Statement: schema.statement,
  Statements: schema.statements,
  Engine: engines.engine,
  EnginePartition: engines.enginePartition,
  Engines: engines.engines,
  EngineTime: schema.engineTime,
  Alive: schema.alive,
  Ready: schema.ready,
  NotReady: schema.notReady,
  Keys: schema.keys,
  MadeKey: schema.madeKey,
  Actions: schema.actions,
  Nothing: schema.nothing,
  OrderEvent: webhooks.orderEvent,
  RefundDueEvent: webhooks.refundDueEvent,
  TestEvent: webhooks.testEvent,
};

/** Where the document keeps them. */
export const refTo = (name: string) => `#/components/schemas/${name}`;

/**
 * What JSON Schema cannot say is enforced all the same, and reported by error 10001. Whatever else it
 * cannot say, such as a pattern with flags, throws: the document would be silent about it.
 */
const common: ConversionConfig = {
  target: 'draft-2020-12',
  errorMode: 'throw',
  ignoreActions: ['check', 'trim'],
  overrideRef: ({ referenceId }) => refTo(referenceId),
  // No field need be named as required where none is.
  overrideSchema: ({ jsonSchema }) => {
    if (jsonSchema.required?.length !== 0) return null;
    const { required: _, ...rest } = jsonSchema;
    return rest;
  },
};
const forRequests: ConversionConfig = { ...common, typeMode: 'input', definitions: asked };
const forAnswers: ConversionConfig = { ...common, typeMode: 'output', definitions: answered };

function written(value: v.GenericSchema, config: ConversionConfig): Json {
  const { $schema: _, $defs: __, ...rest } = toJsonSchema(value, config);
  return rest;
}

/** A schema as a request meets it: by its name, where it has one. */
export const requestSchema = (value: v.GenericSchema) => written(value, forRequests);

/** Whether a request may leave a body out: it counts as `{}` then. */
export const mayBeLeftOut = (body: v.GenericSchema) => v.is(body, {});

/** The name of what an answer carries. @throws Error for what has none: a client could not name it */
export function answerName(data: v.GenericSchema): string {
  const name = Object.keys(answered).find((each) => answered[each] === data);
  if (name === undefined)
    throw new Error('what an answer carries has no name: add it to `answered`');
  return name;
}

/** All of them, by name. */
export function namedSchemas(): Json {
  return {
    ...toJsonSchemaDefs(asked, forRequests),
    ...toJsonSchemaDefs(answered, forAnswers),
  };
}

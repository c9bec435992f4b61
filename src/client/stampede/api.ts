/** Made from the API reference by src/testing/make-client-types.ts: do not edit. */
export interface components {
  schemas: {
    Routes: {
      /** @description Places an order with a purchase token. The same token again gets the same answer. */
      'POST /api/orders': {
        body: components['schemas']['NewOrder'];
        data: components['schemas']['PlacedOrder'];
      };
      /** @description Places up to 256 orders at once. Each gets, in its place, the very envelope that POST /api/orders would have answered with, and `http`, its status. Only what is no such list, or too much, is refused as a whole. Sent again, all orders get the same answers. */
      'POST /api/orders/batch': {
        body: components['schemas']['OrderBatch'];
        data: components['schemas']['BatchResults'];
      };
      /** @description One order, as its actor knows it. */
      'GET /api/orders/{orderId}': {
        path: {
          orderId: string;
        };
        data: components['schemas']['Order'];
      };
      /** @description Pays a placed order; an expired one too, while its units are still left. Buyers may only with PAYMENTS=demo, and name no reference. */
      'POST /api/orders/{orderId}/pay': {
        path: {
          orderId: string;
        };
        body?: components['schemas']['Payment'];
        data: components['schemas']['Order'];
      };
      /** @description Cancels a placed order; its units go back on sale. */
      'POST /api/orders/{orderId}/cancel': {
        path: {
          orderId: string;
        };
        body?: Record<string, never>;
        data: components['schemas']['Order'];
      };
      /** @description Gives the money of a paid order back; with `backOnSale` its units can be bought again, else they leave the books. With the reference of a payment that is due back, it settles that. */
      'POST /api/orders/{orderId}/refund': {
        path: {
          orderId: string;
        };
        body?: components['schemas']['Refund'];
        data: components['schemas']['Order'];
      };
      /** @description What must go back to buyers and is not settled, newest first, in pages. */
      'GET /api/admin/refunds-due': {
        query?: {
          cursor?: string;
        };
        data: components['schemas']['RefundDuePage'];
      };
      /** @description Notes that it has been paid back. */
      'POST /api/admin/refunds-due/{refundId}/settle': {
        path: {
          refundId: string;
        };
        body?: components['schemas']['Settlement'];
        data: components['schemas']['RefundDue'];
      };
      /** @description All orders that fit the filters, newest first, in pages, as SQL has them: a moment later than their actors. `from` and `to` are times of placing, of which `to` is not included; `promo` 0 is the normal price; `q` is an order id or a part of one. A search that takes long may answer with fewer orders than a page has, or none, and a `next` to go on with. */
      'GET /api/admin/orders': {
        query?: {
          item?: string;
          promo?: string;
          user?: string;
          /** @enum {string} */
          status?: 'placed' | 'paid' | 'cancelled' | 'expired' | 'refunded';
          /** Format: date-time */
          from?: string;
          /** Format: date-time */
          to?: string;
          q?: string;
          cursor?: string;
        };
        data: components['schemas']['FoundOrderPage'];
      };
      /** @description All orders that fit the filters, newest first, as a file for spreadsheets: UTF-8 with a byte order mark, a header line, amounts as people write them and in minor units, and texts that a spreadsheet would take for formulas with an apostrophe before them. Orders placed since the request are not in it. A connection that breaks means that the file is not whole. `from` and `to` are times of placing, of which `to` is not included; `promo` 0 is the normal price; `q` is an order id or a part of one. */
      'GET /api/admin/orders.csv': {
        query?: {
          item?: string;
          promo?: string;
          user?: string;
          /** @enum {string} */
          status?: 'placed' | 'paid' | 'cancelled' | 'expired' | 'refunded';
          /** Format: date-time */
          from?: string;
          /** Format: date-time */
          to?: string;
          q?: string;
        };
        /** @constant */
        file: 'text/csv';
      };
      /** @description As the CSV, with each order as one line of JSON, as lists have it. `from` and `to` are times of placing, of which `to` is not included; `promo` 0 is the normal price; `q` is an order id or a part of one. */
      'GET /api/admin/orders.jsonl': {
        query?: {
          item?: string;
          promo?: string;
          user?: string;
          /** @enum {string} */
          status?: 'placed' | 'paid' | 'cancelled' | 'expired' | 'refunded';
          /** Format: date-time */
          from?: string;
          /** Format: date-time */
          to?: string;
          q?: string;
        };
        /** @constant */
        file: 'application/x-ndjson';
      };
      /** @description The items on sale, a page at a time: running sales first, best selling, or newest; all, or by `status` those whose sale is running or coming, those at their normal price, or those whose sale has ended. */
      'GET /api/items': {
        query?: {
          /**
           * @default running
           * @enum {string}
           */
          sort?: 'running' | 'sales' | 'newest';
          /** @enum {string} */
          status?: 'running' | 'coming' | 'normal' | 'ended';
          /** @default  */
          q?: string;
          cursor?: string;
        };
        data: components['schemas']['ItemPage'];
      };
      /** @description Creates an item and puts its first units on sale at the normal price. */
      'POST /api/items': {
        body: components['schemas']['NewItem'];
        data: components['schemas']['Item'];
        /** @constant */
        keyed: true;
      };
      /** @description One item, with its stock and its latest promo. */
      'GET /api/items/{id}': {
        path: {
          id: number;
        };
        data: components['schemas']['Item'];
      };
      /** @description Changes what is given of an item; its price and its sale at the normal price at once. */
      'PATCH /api/items/{id}': {
        path: {
          id: number;
        };
        body?: components['schemas']['ItemChanges'];
        data: components['schemas']['Item'];
      };
      /** @description Server-sent events `stock`, `{left, held, sold, status, endAt}` at each change, at most ten a second, and fewer beside thousands of others. Where there are too many streams, ask for the item now and then. */
      'GET /api/items/{id}/live': {
        path: {
          id: number;
        };
        /** @constant */
        file: 'text/event-stream';
      };
      /** @description Adds units. With a `key`, the same request sent again adds nothing. */
      'POST /api/items/{id}/restock': {
        path: {
          id: number;
        };
        body: components['schemas']['Delivery'];
        data: components['schemas']['Item'];
        /** @constant */
        keyed: true;
      };
      /** @description Takes units off sale that are left. With a `key`, the same request sent again takes none. */
      'POST /api/items/{id}/withdraw': {
        path: {
          id: number;
        };
        body: components['schemas']['Delivery'];
        data: components['schemas']['Item'];
        /** @constant */
        keyed: true;
      };
      /** @description Adds a picture as the item's last, of 10 at most. The body is the picture itself, up to 5 MiB: a JPEG, PNG or WebP that does not move, by its content. It is stored anew as WebP, of up to 1600 pixels along its longer side, without anything else that was in the file but its colour profile. The same picture again changes nothing. */
      'POST /api/items/{id}/pictures': {
        path: {
          id: number;
        };
        query?: {
          /** @default  */
          alt?: string;
        };
        /** Format: binary */
        body: Blob;
        data: components['schemas']['ItemPictures'];
      };
      /** @description Says what a picture shows, or moves it among those of its item: position 1 is the first. */
      'PATCH /api/items/{id}/pictures/{pictureId}': {
        path: {
          id: number;
          pictureId: string;
        };
        body?: components['schemas']['PictureChanges'];
        data: components['schemas']['ItemPictures'];
      };
      /** @description Takes a picture off its item. Whoever has its address may have kept it. */
      'DELETE /api/items/{id}/pictures/{pictureId}': {
        path: {
          id: number;
          pictureId: string;
        };
        data: components['schemas']['ItemPictures'];
      };
      /** @description Drafts a sale of an item. What is allowed and may not be meant comes as warnings with it. */
      'POST /api/promos': {
        body: components['schemas']['NewPromo'];
        data: components['schemas']['PromoDraft'];
        /** @constant */
        keyed: true;
      };
      /** @description Changes what is given of a draft. A promo that was published is 30011. */
      'PATCH /api/promos/{id}': {
        path: {
          id: number;
        };
        body?: components['schemas']['PromoChanges'];
        data: components['schemas']['PromoDraft'];
      };
      /** @description Deletes a draft. A promo that was published is 30011. */
      'DELETE /api/promos/{id}': {
        path: {
          id: number;
        };
        data: components['schemas']['Nothing'];
      };
      /** @description Makes a draft known to its item's actor; publishing again changes nothing. From then on the item is sold under its promos alone, until the last has ended. Published promos of an item may not overlap: 30011 names the other. A draw answers with its commitment. */
      'POST /api/promos/{id}/publish': {
        path: {
          id: number;
        };
        body?: Record<string, never>;
        data: components['schemas']['Promo'];
      };
      /** @description Stops a promo for a while: nobody is let in, nobody can order (30016). Orders that are placed can be paid. */
      'POST /api/promos/{id}/pause': {
        path: {
          id: number;
        };
        body?: Record<string, never>;
        data: components['schemas']['Promo'];
      };
      /** @description Goes on with a promo that is paused. Whoever was let in has their whole time to order again. */
      'POST /api/promos/{id}/resume': {
        path: {
          id: number;
        };
        body?: Record<string, never>;
        data: components['schemas']['Promo'];
      };
      /** @description Ends a promo that has begun, now. One that is over stays as it is. */
      'POST /api/promos/{id}/end': {
        path: {
          id: number;
        };
        body?: Record<string, never>;
        data: components['schemas']['Promo'];
      };
      /** @description Takes a promo back before its start. */
      'POST /api/promos/{id}/withdraw': {
        path: {
          id: number;
        };
        body?: Record<string, never>;
        data: components['schemas']['Promo'];
      };
      /** @description Moves the end of a promo that is not over: later, or nearer, but not into the past. Where another promo is in the way, 30011 names it. */
      'POST /api/promos/{id}/extend': {
        path: {
          id: number;
        };
        body: components['schemas']['Extension'];
        data: components['schemas']['Promo'];
      };
      /** @description A promo's draw: the commitment before, and afterwards what anyone needs to recompute its order. Long where many took part; once drawn it never changes. */
      'GET /api/promos/{id}/draw': {
        path: {
          id: number;
        };
        data: components['schemas']['Draw'];
      };
      /** @description Every key that was ever made, newest first, with its scopes and its last use. */
      'GET /api/admin/keys': {
        data: components['schemas']['Keys'];
      };
      /** @description Makes a key for a program, or with the scope `admin` for an administrator, who logs in with it. It is shown here alone: only its hash is kept. Where the request is repeated, the same key is shown again for 24 hours. */
      'POST /api/admin/keys': {
        body: components['schemas']['NewKey'];
        data: components['schemas']['MadeKey'];
        /** @constant */
        keyed: true;
      };
      /** @description Revokes a key, at once and at every engine. */
      'DELETE /api/admin/keys/{id}': {
        path: {
          id: number;
        };
        data: components['schemas']['Nothing'];
      };
      /** @description Who did what: every change by an administrator or with a key, newest first, in pages. What has status 500 or above may not have been done. */
      'GET /api/admin/actions': {
        query?: {
          cursor?: string;
        };
        data: components['schemas']['Actions'];
      };
      /** @description Mints a purchase token, for merchants with their own log-in and admission. */
      'POST /api/admin/tokens': {
        body: components['schemas']['TokenRequest'];
        data: components['schemas']['Token'];
      };
      /** @description Every item's books, from its actor. */
      'GET /api/admin/statements': {
        data: components['schemas']['Statements'];
      };
      /** @description The engines of the cluster, or the one that is alone, and which of them owns what. */
      'GET /api/admin/engines': {
        data: components['schemas']['Engines'];
      };
      /** @description The engine's clock, by which sales begin and end. */
      'GET /api/time': {
        data: components['schemas']['EngineTime'];
      };
    };
    NewOrder: {
      token: string;
      amount: number;
    };
    PlacedOrder: {
      /** @description <yyyymmdd of placing, UTC>-<itemId>-<n> */
      orderId: string;
      itemId: number;
      /** @description 0: bought at the normal price. */
      promoId: number;
      amount: number;
      /** @description Minor units of currency. */
      unitPrice: number;
      /** @description Minor units of currency. */
      total: number;
      /**
       * Format: date-time
       * @description RFC 3339, UTC.
       */
      payBy: string;
      /**
       * @description Only where it costs nothing: it is paid at once.
       * @constant
       */
      status?: 'paid';
    };
    OrderBatch: {
      /** @description 1 to 256 orders, each as in POST /api/orders. */
      orders: components['schemas']['NewOrder'][];
    };
    BatchResults: {
      /** @description One for each order, in their order. */
      results: (components['schemas']['PlacedResult'] | components['schemas']['RefusedResult'])[];
    };
    PlacedResult: {
      /**
       * @description The status that the order would have been answered with alone.
       * @enum {number}
       */
      http: 200 | 201;
      /** @constant */
      status: 'success';
      data: components['schemas']['PlacedOrder'];
    };
    RefusedResult: {
      /** @description The status that the order would have been answered with alone. */
      http: number;
      /** @constant */
      status: 'fail';
      data: {
        /** @enum {number} */
        errCode:
          | 10001
          | 10002
          | 10003
          | 10004
          | 10005
          | 10006
          | 20001
          | 20002
          | 20003
          | 20004
          | 20005
          | 20006
          | 30001
          | 30002
          | 30003
          | 30004
          | 30005
          | 30006
          | 30007
          | 30008
          | 30009
          | 30010
          | 30011
          | 30012
          | 30013
          | 30014
          | 30015
          | 30016;
        errMsg: string;
        /** @description 10001: what is wrong with each wrong field. */
        fields?: {
          [key: string]: string;
        };
      };
    };
    Order: {
      /** @description <yyyymmdd of placing, UTC>-<itemId>-<n> */
      orderId: string;
      itemId: number;
      /** @description 0: bought at the normal price. */
      promoId: number;
      amount: number;
      /** @description Minor units of currency. */
      unitPrice: number;
      /** @description Minor units of currency. */
      total: number;
      /**
       * Format: date-time
       * @description RFC 3339, UTC.
       */
      payBy: string;
      userId: number;
      /** @enum {string} */
      status: 'placed' | 'paid' | 'cancelled' | 'expired' | 'refunded';
      /**
       * Format: date-time
       * @description RFC 3339, UTC.
       */
      createdAt: string;
      paidAt: string | null;
      closedAt: string | null;
      /** @description Minor units that came for this order and are due back to its buyer. */
      toRefund: number;
    };
    Payment: {
      reference?: string;
    };
    Refund: {
      reference?: string;
      /** @default false */
      backOnSale?: boolean;
    };
    RefundDuePage: {
      refundsDue: components['schemas']['RefundDue'][];
      next: string | null;
    };
    RefundDue: {
      /** @description <itemId>-<number of the refund> */
      id: string;
      itemId: number;
      orderId: string | null;
      userId: number | null;
      /** @description Minor units of currency. */
      amount: number;
      reference: string | null;
      /** @enum {string} */
      reason: 'cancelled' | 'expired' | 'paidTwice' | 'wrongAmount' | 'unknownOrder' | 'archived';
      /**
       * Format: date-time
       * @description RFC 3339, UTC.
       */
      at: string;
      by: string | null;
      settledAt: string | null;
      settledBy: string | null;
      settledReference: string | null;
    };
    Settlement: {
      reference?: string;
    };
    FoundOrderPage: {
      orders: components['schemas']['FoundOrder'][];
      next: string | null;
    };
    FoundOrder: {
      /** @description <yyyymmdd of placing, UTC>-<itemId>-<n> */
      orderId: string;
      itemId: number;
      /** @description 0: bought at the normal price. */
      promoId: number;
      amount: number;
      /** @description Minor units of currency. */
      unitPrice: number;
      /** @description Minor units of currency. */
      total: number;
      /**
       * Format: date-time
       * @description RFC 3339, UTC.
       */
      payBy: string;
      userId: number;
      /** @enum {string} */
      status: 'placed' | 'paid' | 'cancelled' | 'expired' | 'refunded';
      /**
       * Format: date-time
       * @description RFC 3339, UTC.
       */
      createdAt: string;
      paidAt: string | null;
      closedAt: string | null;
      /** @description Minor units that came for this order and are due back to its buyer. */
      toRefund: number;
      reference: string | null;
      refundedAt: string | null;
    };
    ItemPage: {
      items: components['schemas']['Item'][];
      next: string | null;
      /** @description Items of this page that cannot be shown while SQL is away. */
      hidden?: number;
    };
    Item: {
      id: number;
      title: string;
      description: string;
      /** @description As the merchant wrote it. Pages show it first, or where it is null the first of `pictures`. */
      imageUrl: string | null;
      /** @description Minor units of currency. */
      price: number;
      /** @description Whether it is sold at its normal price while it has no promo. */
      normalSale: boolean;
      /** @description Units one user may hold or own at the normal price. */
      limitPerUser: number;
      /** @description Whether lists leave it out. */
      hidden: boolean;
      /** @description In the order in which they are shown. */
      pictures: components['schemas']['ItemPicture'][];
      sales: number;
      /** @description Units left, from the board: durable and up to date. */
      stock: number;
      /** @description Units of orders that are not paid yet: they may come back. */
      held: number;
      promo: components['schemas']['ItemPromo'] | null;
    };
    ItemPicture: {
      /** @description The SHA-256 of its bytes. */
      id: string;
      /** @description A path of this site, which may be kept for ever. */
      url: string;
      /** @description Pixels. */
      width: number;
      /** @description Pixels. */
      height: number;
      /** @description What it shows, for those who do not see it. */
      alt: string;
      small: components['schemas']['SmallPicture'];
    };
    SmallPicture: {
      /** @description A path of this site, which may be kept for ever. */
      url: string;
      /** @description Pixels. */
      width: number;
      /** @description Pixels. */
      height: number;
    };
    ItemPromo: {
      id: number;
      name: string;
      /** @description Minor units of currency. */
      price: number;
      /**
       * Format: date-time
       * @description RFC 3339, UTC.
       */
      startAt: string;
      /**
       * Format: date-time
       * @description RFC 3339, UTC.
       */
      endAt: string;
      /** @enum {string} */
      status: 'pending' | 'running' | 'paused' | 'ended';
      limitPerUser: number;
      /** @enum {string} */
      queue: 'off' | 'fifo' | 'draw';
      queueOpenAt: string | null;
      drawCommitment: string | null;
    };
    NewItem: {
      title: string;
      description: string;
      price: number;
      stock: number;
      /** @default null */
      imageUrl?: string | null;
      /** @default true */
      normalSale?: boolean;
      /** @default 5 */
      limitPerUser?: number;
      /** @default false */
      hidden?: boolean;
    };
    ItemChanges: {
      title?: string;
      description?: string;
      imageUrl?: string | null;
      price?: number;
      normalSale?: boolean;
      limitPerUser?: number;
      hidden?: boolean;
    };
    Delivery: {
      units: number;
      key?: string;
    };
    ItemPictures: {
      pictures: components['schemas']['ItemPicture'][];
    };
    PictureChanges: {
      alt?: string;
      position?: number;
    };
    NewPromo: {
      itemId: number;
      name: string;
      price: number;
      /** Format: date-time */
      startAt: string;
      /** Format: date-time */
      endAt: string;
      /** @default 1 */
      limitPerUser?: number;
      /** @default 5 */
      gateFactor?: number;
      /** @default 900 */
      payWindowSeconds?: number;
      /** @default 300 */
      admitSeconds?: number;
      /** @default true */
      captcha?: boolean;
      /**
       * @default fifo
       * @enum {string}
       */
      queue?: 'off' | 'fifo' | 'draw';
      /** @default null */
      queueOpenAt?: string | null;
    };
    PromoDraft: {
      id: number;
      itemId: number;
      name: string;
      /** @description Minor units of currency. */
      price: number;
      /**
       * Format: date-time
       * @description RFC 3339, UTC.
       */
      startAt: string;
      /**
       * Format: date-time
       * @description RFC 3339, UTC.
       */
      endAt: string;
      limitPerUser: number;
      gateFactor: number;
      payWindowSeconds: number;
      admitSeconds: number;
      captcha: boolean;
      /** @enum {string} */
      queue: 'off' | 'fifo' | 'draw';
      queueOpenAt: string | null;
      drawCommitment: string | null;
      published: boolean;
      /** @enum {string} */
      status: 'draft' | 'pending' | 'running' | 'paused' | 'ended' | 'withdrawn';
      warnings: components['schemas']['PromoWarning'][];
    };
    PromoWarning: {
      /** @enum {string} */
      code:
        | 'priceAboveNormal'
        | 'free'
        | 'startInPast'
        | 'endInPast'
        | 'shorterThanMinute'
        | 'longerThanWeek'
        | 'overlaps'
        | 'nothingLeft'
        | 'oneBuyerTakesAll'
        | 'admissionsOutliveSale'
        | 'paymentsOutliveSale'
        | 'nextBuyerTooLate'
        | 'gateLeavesUnits'
        | 'noTimeToJoinDraw'
        | 'queueOpenAtUnused';
      /** @description English, or Chinese where Accept-Language prefers it. */
      text: string;
    };
    PromoChanges: {
      itemId?: number;
      name?: string;
      price?: number;
      /** Format: date-time */
      startAt?: string;
      /** Format: date-time */
      endAt?: string;
      limitPerUser?: number;
      gateFactor?: number;
      payWindowSeconds?: number;
      admitSeconds?: number;
      captcha?: boolean;
      /** @enum {string} */
      queue?: 'off' | 'fifo' | 'draw';
      queueOpenAt?: string | null;
    };
    Nothing: null;
    Promo: {
      id: number;
      itemId: number;
      name: string;
      /** @description Minor units of currency. */
      price: number;
      /**
       * Format: date-time
       * @description RFC 3339, UTC.
       */
      startAt: string;
      /**
       * Format: date-time
       * @description RFC 3339, UTC.
       */
      endAt: string;
      limitPerUser: number;
      gateFactor: number;
      payWindowSeconds: number;
      admitSeconds: number;
      captcha: boolean;
      /** @enum {string} */
      queue: 'off' | 'fifo' | 'draw';
      queueOpenAt: string | null;
      drawCommitment: string | null;
      published: boolean;
      /** @enum {string} */
      status: 'draft' | 'pending' | 'running' | 'paused' | 'ended' | 'withdrawn';
    };
    Extension: {
      /** Format: date-time */
      endAt: string;
    };
    Draw: {
      /** @description SHA-256(secret): public from the publication on. */
      commitment: string;
      /** @description Null until the draw was held. */
      secret: string | null;
      /** @description SHA-256(secret + ":" + SHA-256(labels, joined by ",")); null until drawn. */
      seed: string | null;
      /** @description SHA-256("promoId:userId:nonce") of all who joined before the draw, in order of joining. */
      labels: string[];
      /** @description The labels by SHA-256(seed + ":" + label), ascending; null until drawn. */
      order: string[] | null;
    };
    Keys: {
      keys: {
        id: number;
        name: string;
        scopes: ('mint' | 'orders:read' | 'orders:write' | 'items:write' | 'metrics' | 'admin')[];
        /**
         * Format: date-time
         * @description RFC 3339, UTC.
         */
        createdAt: string;
        /** @description A key's name and number, or `admin` for ADMIN_TOKEN. */
        createdBy: string;
        lastUsedAt: string | null;
        revokedAt: string | null;
        revokedBy: string | null;
      }[];
    };
    NewKey: {
      name: string;
      scopes: ('mint' | 'orders:read' | 'orders:write' | 'items:write' | 'metrics' | 'admin')[];
    };
    MadeKey: {
      id: number;
      key: string;
    };
    Actions: {
      actions: {
        id: number;
        /**
         * Format: date-time
         * @description RFC 3339, UTC.
         */
        at: string;
        /** @description A key's name and number, or `admin` for ADMIN_TOKEN. */
        by: string;
        /** @description Such as promo.pause. */
        action: string;
        target: string | null;
        /** @description What was said with it. */
        details: {
          [key: string]: unknown;
        };
        /** @description Of the answer. */
        status: number;
      }[];
      next: string | null;
    };
    TokenRequest: {
      userId: number;
      itemId: number;
      /** @default 0 */
      promoId?: number;
      /** @default 900 */
      ttlSeconds?: number;
    };
    Token: {
      token: string;
      /**
       * Format: date-time
       * @description RFC 3339, UTC.
       */
      expiresAt: string;
    };
    Statements: {
      items: components['schemas']['Statement'][];
      refusedBy: {
        /** @description How many engines there are: `refused` is their sum. */
        engines: number;
        /** @description Ids of those that did not say in time how often they refused. */
        silent: string[];
      };
    };
    Statement: {
      itemId: number;
      loaded: number;
      sold: number;
      held: number;
      left: number;
      /** @description Users who were ever let in to a sale of the item. */
      admitted: number;
      /** @description People in the queue of its promo, or before its draw. */
      waiting: number;
      /** @description By errCode, at all engines, each since it started. */
      refused: {
        [key: string]: number;
      };
      journalSeq: number;
      sqlSeq: number;
      replicaSeq: number;
    };
    Engines: {
      engines: components['schemas']['Engine'][];
      partitions: components['schemas']['EnginePartition'][];
      /** @description What engines should have in common, and have not. */
      warnings: string[];
    };
    Engine: {
      /** @description Of its run: another after each start. */
      id: string;
      /** @description Where it serves HTTP, as it says itself. */
      address: string;
      version: string;
      /**
       * Format: date-time
       * @description RFC 3339, UTC.
       */
      startedAt: string;
      /** @description Its weight when partitions are shared out. */
      actorThreads: number;
      /** @enum {string} */
      state: 'alive' | 'leaving' | 'gone';
      /** @description Whether it is the engine that answers. */
      self: boolean;
      /** @description How long ago it was last heard. */
      heardMsAgo: number;
      /** @description How many partitions it owns. */
      owned: number;
    };
    EnginePartition: {
      partition: number;
      /** @description The id of an engine; null without one. */
      owner: string | null;
      /**
       * @description What its owner is doing with it.
       * @enum {string}
       */
      mode:
        | 'recovering'
        | 'ready'
        | 'unavailable'
        | 'fenced'
        | 'refusing'
        | 'stopped'
        | 'following'
        | 'taking'
        | 'handing over';
      /** @description When its owner took it. */
      since: string | null;
      journalSeq: number;
      sqlSeq: number;
      replicaSeq: number;
      /** @description The entry up to which webhooks are delivered, or noted to be tried again; null where the engine that answers does not send them. */
      webhookSeq: number | null;
      /** @description The copy of the engine that answers; null where it is the owner. */
      copy: {
        /** @enum {string} */
        mode:
          | 'recovering'
          | 'ready'
          | 'unavailable'
          | 'fenced'
          | 'refusing'
          | 'stopped'
          | 'following'
          | 'taking'
          | 'handing over';
        /** @description Its last entry. */
        seq: number;
        /** @description Entries that the owner had, and it has not. */
        entriesBehind: number;
        /** @description How long ago it had all that its owner had; null where it never had. */
        behindMs: number | null;
        /** @description Whether it answers, for the owner, what needs no decision, as "sold out". */
        answers: boolean;
      } | null;
    };
    EngineTime: {
      /**
       * Format: date-time
       * @description RFC 3339, UTC.
       */
      now: string;
    };
    Failure: {
      /** @constant */
      status: 'fail';
      data: {
        /** @enum {integer} */
        errCode:
          | 10001
          | 10002
          | 10003
          | 10004
          | 10005
          | 10006
          | 20001
          | 20002
          | 20003
          | 20004
          | 20005
          | 20006
          | 30001
          | 30002
          | 30003
          | 30004
          | 30005
          | 30006
          | 30007
          | 30008
          | 30009
          | 30010
          | 30011
          | 30012
          | 30013
          | 30014
          | 30015
          | 30016;
        /** @description English, or Chinese where Accept-Language prefers it. */
        errMsg: string;
        /** @description 10001: what is wrong with each wrong field. */
        fields?: {
          [key: string]: string;
        };
      };
    };
    OrderEvent: {
      /** @enum {string} */
      type: 'order.placed' | 'order.paid' | 'order.cancelled' | 'order.expired' | 'order.refunded';
      /**
       * Format: date-time
       * @description When it happened.
       */
      timestamp: string;
      /** @description The order as it was then, and where the journal has the event. */
      data: {
        /** @description <yyyymmdd of placing, UTC>-<itemId>-<n> */
        orderId: string;
        itemId: number;
        /** @description 0: bought at the normal price. */
        promoId: number;
        amount: number;
        /** @description Minor units of currency. */
        unitPrice: number;
        /** @description Minor units of currency. */
        total: number;
        /**
         * Format: date-time
         * @description RFC 3339, UTC.
         */
        payBy: string;
        userId: number;
        /** @enum {string} */
        status: 'placed' | 'paid' | 'cancelled' | 'expired' | 'refunded';
        /**
         * Format: date-time
         * @description RFC 3339, UTC.
         */
        createdAt: string;
        paidAt: string | null;
        closedAt: string | null;
        /** @description Its entry in the journal of its partition. */
        seq: number;
        partition: number;
      };
    };
    RefundDueEvent: {
      /** @constant */
      type: 'refund.due';
      /**
       * Format: date-time
       * @description When it happened.
       */
      timestamp: string;
      data:
        | {
            /** @description <yyyymmdd of placing, UTC>-<itemId>-<n> */
            orderId: string;
            itemId: number;
            /** @description 0: bought at the normal price. */
            promoId: number;
            amount: number;
            /** @description Minor units of currency. */
            unitPrice: number;
            /** @description Minor units of currency. */
            total: number;
            /**
             * Format: date-time
             * @description RFC 3339, UTC.
             */
            payBy: string;
            userId: number;
            /** @enum {string} */
            status: 'placed' | 'paid' | 'cancelled' | 'expired' | 'refunded';
            /**
             * Format: date-time
             * @description RFC 3339, UTC.
             */
            createdAt: string;
            paidAt: string | null;
            closedAt: string | null;
            /** @description Its entry in the journal of its partition. */
            seq: number;
            partition: number;
            /** @description As GET /api/admin/refunds-due has it. */
            refundDue: {
              /** @description <itemId>-<number of the refund> */
              id: string;
              /** @description Minor units of currency. */
              amount: number;
              /** @enum {string} */
              reason:
                | 'cancelled'
                | 'expired'
                | 'paidTwice'
                | 'wrongAmount'
                | 'unknownOrder'
                | 'archived';
              reference: string | null;
            };
          }
        | {
            itemId: number;
            orderId: null;
            promoId: null;
            userId: null;
            amount: null;
            unitPrice: null;
            total: null;
            status: null;
            createdAt: null;
            payBy: null;
            paidAt: null;
            closedAt: null;
            /** @description Its entry in the journal of its partition. */
            seq: number;
            partition: number;
            /** @description As GET /api/admin/refunds-due has it. */
            refundDue: {
              /** @description <itemId>-<number of the refund> */
              id: string;
              /** @description Minor units of currency. */
              amount: number;
              /** @enum {string} */
              reason:
                | 'cancelled'
                | 'expired'
                | 'paidTwice'
                | 'wrongAmount'
                | 'unknownOrder'
                | 'archived';
              reference: string | null;
            };
          };
    };
    TestEvent: {
      /** @constant */
      type: 'webhook.test';
      /**
       * Format: date-time
       * @description When it happened.
       */
      timestamp: string;
      data: Record<string, never>;
    };
  };
  responses: never;
  parameters: never;
  requestBodies: never;
  headers: never;
  pathItems: never;
}
export type Routes = components['schemas']['Routes'];
export type NewOrder = components['schemas']['NewOrder'];
export type PlacedOrder = components['schemas']['PlacedOrder'];
export type OrderBatch = components['schemas']['OrderBatch'];
export type BatchResults = components['schemas']['BatchResults'];
export type PlacedResult = components['schemas']['PlacedResult'];
export type RefusedResult = components['schemas']['RefusedResult'];
export type Order = components['schemas']['Order'];
export type Payment = components['schemas']['Payment'];
export type Refund = components['schemas']['Refund'];
export type RefundDuePage = components['schemas']['RefundDuePage'];
export type RefundDue = components['schemas']['RefundDue'];
export type Settlement = components['schemas']['Settlement'];
export type FoundOrderPage = components['schemas']['FoundOrderPage'];
export type FoundOrder = components['schemas']['FoundOrder'];
export type ItemPage = components['schemas']['ItemPage'];
export type Item = components['schemas']['Item'];
export type ItemPicture = components['schemas']['ItemPicture'];
export type SmallPicture = components['schemas']['SmallPicture'];
export type ItemPromo = components['schemas']['ItemPromo'];
export type NewItem = components['schemas']['NewItem'];
export type ItemChanges = components['schemas']['ItemChanges'];
export type Delivery = components['schemas']['Delivery'];
export type ItemPictures = components['schemas']['ItemPictures'];
export type PictureChanges = components['schemas']['PictureChanges'];
export type NewPromo = components['schemas']['NewPromo'];
export type PromoDraft = components['schemas']['PromoDraft'];
export type PromoWarning = components['schemas']['PromoWarning'];
export type PromoChanges = components['schemas']['PromoChanges'];
export type Nothing = components['schemas']['Nothing'];
export type Promo = components['schemas']['Promo'];
export type Extension = components['schemas']['Extension'];
export type Draw = components['schemas']['Draw'];
export type Keys = components['schemas']['Keys'];
export type NewKey = components['schemas']['NewKey'];
export type MadeKey = components['schemas']['MadeKey'];
export type Actions = components['schemas']['Actions'];
export type TokenRequest = components['schemas']['TokenRequest'];
export type Token = components['schemas']['Token'];
export type Statements = components['schemas']['Statements'];
export type Statement = components['schemas']['Statement'];
export type Engines = components['schemas']['Engines'];
export type Engine = components['schemas']['Engine'];
export type EnginePartition = components['schemas']['EnginePartition'];
export type EngineTime = components['schemas']['EngineTime'];
export type Failure = components['schemas']['Failure'];
export type OrderEvent = components['schemas']['OrderEvent'];
export type RefundDueEvent = components['schemas']['RefundDueEvent'];
export type TestEvent = components['schemas']['TestEvent'];

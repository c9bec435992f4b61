ALTER TABLE "stock_logs" RENAME TO "stock_events";--> statement-breakpoint
ALTER TABLE "orders" ADD COLUMN "event_id" bigint;--> statement-breakpoint
UPDATE "orders" SET "event_id" = coalesce("placed"."id", ("told"."seq" * 64 + "told"."partition") * 4096)
FROM "orders" AS "told" LEFT JOIN "stock_events" AS "placed" ON "placed"."order_id" = "told"."id" AND "placed"."reason" = 'placed'
WHERE "told"."key" = "orders"."key";--> statement-breakpoint
DELETE FROM "stock_events" WHERE "reason" = 'placed';--> statement-breakpoint
CREATE VIEW "stock_logs" AS (select coalesce(event_id, (seq * 64 + "partition") * 4096) as id, item_id, id as order_id, -amount as delta, 'placed' as reason, "partition", seq, created_at as at from orders union all select id, item_id, order_id, delta, reason, "partition", seq, at from stock_events);--> statement-breakpoint
CREATE RULE "stock_logs_insert" AS ON INSERT TO "stock_logs" DO INSTEAD
INSERT INTO "stock_events" SELECT NEW."id", NEW."item_id", NEW."order_id", NEW."delta", NEW."reason", NEW."partition", NEW."seq", NEW."at" WHERE NEW."reason" <> 'placed';

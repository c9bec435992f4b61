CREATE TABLE "draw_entrants" (
	"id" bigint PRIMARY KEY NOT NULL,
	"promo_id" bigint NOT NULL,
	"user_id" bigint NOT NULL,
	"nonce" bigint NOT NULL
);
--> statement-breakpoint
CREATE TABLE "refunds_due" (
	"id" text PRIMARY KEY NOT NULL,
	"item_id" bigint NOT NULL,
	"due" bigint NOT NULL,
	"n" bigint NOT NULL,
	"order_id" text,
	"amount_minor" bigint NOT NULL,
	"reference" text,
	"reason" text NOT NULL,
	"at" bigint NOT NULL,
	"by" text,
	"settled_at" bigint,
	"settled_by" text,
	"settled_reference" text,
	"partition" integer NOT NULL,
	"seq" bigint NOT NULL
);
--> statement-breakpoint
ALTER TABLE "items" ADD COLUMN "normal_sale" boolean DEFAULT true NOT NULL;--> statement-breakpoint
ALTER TABLE "items" ADD COLUMN "limit_per_user" bigint DEFAULT 1000000000 NOT NULL;--> statement-breakpoint
ALTER TABLE "items" ADD COLUMN "hidden" boolean DEFAULT false NOT NULL;--> statement-breakpoint
ALTER TABLE "orders" ADD COLUMN "reference" text;--> statement-breakpoint
ALTER TABLE "orders" ADD COLUMN "refunded_at" bigint;--> statement-breakpoint
ALTER TABLE "promos" ADD COLUMN "queue" text DEFAULT 'off' NOT NULL;--> statement-breakpoint
ALTER TABLE "promos" ADD COLUMN "admit_s" integer DEFAULT 300 NOT NULL;--> statement-breakpoint
ALTER TABLE "promos" ADD COLUMN "queue_open_at" bigint;--> statement-breakpoint
ALTER TABLE "promos" ADD COLUMN "paused_at" bigint;--> statement-breakpoint
ALTER TABLE "promos" ADD COLUMN "ended_at" bigint;--> statement-breakpoint
ALTER TABLE "promos" ADD COLUMN "withdrawn_at" bigint;--> statement-breakpoint
ALTER TABLE "promos" ADD COLUMN "draw_commitment" text;--> statement-breakpoint
ALTER TABLE "promos" ADD COLUMN "draw_secret" text;--> statement-breakpoint
ALTER TABLE "promos" ADD COLUMN "draw_seed" text;--> statement-breakpoint
ALTER TABLE "promos" ADD COLUMN "drawn_at" bigint;--> statement-breakpoint
CREATE INDEX "draw_entrants_by_promo" ON "draw_entrants" USING btree ("promo_id","id");--> statement-breakpoint
CREATE INDEX "draw_entrants_by_user" ON "draw_entrants" USING btree ("promo_id","user_id");--> statement-breakpoint
CREATE INDEX "refunds_due_open" ON "refunds_due" USING btree ("at","item_id","due") WHERE "refunds_due"."settled_at" is null;
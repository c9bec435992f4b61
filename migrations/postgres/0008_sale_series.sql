CREATE TABLE "sale_series" (
	"item_id" bigint NOT NULL,
	"width_s" bigint NOT NULL,
	"at" bigint NOT NULL,
	"promo_id" bigint NOT NULL,
	"orders" bigint NOT NULL,
	"units" bigint NOT NULL,
	"paid_orders" bigint NOT NULL,
	"paid_units" bigint NOT NULL,
	"paid_minor" bigint NOT NULL,
	"cancelled_orders" bigint NOT NULL,
	"cancelled_units" bigint NOT NULL,
	"expired_orders" bigint NOT NULL,
	"expired_units" bigint NOT NULL,
	"late_units" bigint NOT NULL,
	"refunded_units" bigint NOT NULL,
	"refunded_minor" bigint NOT NULL,
	"back_units" bigint NOT NULL,
	"joined" bigint NOT NULL,
	"admitted" bigint NOT NULL,
	"lapsed" bigint NOT NULL,
	"refused" bigint NOT NULL,
	"loaded_units" bigint NOT NULL,
	"withdrawn_units" bigint NOT NULL,
	"peak" bigint NOT NULL,
	CONSTRAINT "sale_series_item_id_width_s_at_promo_id_pk" PRIMARY KEY("item_id","width_s","at","promo_id")
);
--> statement-breakpoint
CREATE TABLE "series_checkpoints" (
	"partition" integer PRIMARY KEY NOT NULL,
	"seq" bigint NOT NULL
);

CREATE TABLE `sale_series` (
	`item_id` integer NOT NULL,
	`width_s` integer NOT NULL,
	`at` integer NOT NULL,
	`promo_id` integer NOT NULL,
	`orders` integer NOT NULL,
	`units` integer NOT NULL,
	`paid_orders` integer NOT NULL,
	`paid_units` integer NOT NULL,
	`paid_minor` integer NOT NULL,
	`cancelled_orders` integer NOT NULL,
	`cancelled_units` integer NOT NULL,
	`expired_orders` integer NOT NULL,
	`expired_units` integer NOT NULL,
	`late_units` integer NOT NULL,
	`refunded_units` integer NOT NULL,
	`refunded_minor` integer NOT NULL,
	`back_units` integer NOT NULL,
	`joined` integer NOT NULL,
	`admitted` integer NOT NULL,
	`lapsed` integer NOT NULL,
	`refused` integer NOT NULL,
	`loaded_units` integer NOT NULL,
	`withdrawn_units` integer NOT NULL,
	`peak` integer NOT NULL,
	PRIMARY KEY(`item_id`, `width_s`, `at`, `promo_id`)
) WITHOUT ROWID;
--> statement-breakpoint
CREATE TABLE `series_checkpoints` (
	`partition` integer PRIMARY KEY NOT NULL,
	`seq` integer NOT NULL
);

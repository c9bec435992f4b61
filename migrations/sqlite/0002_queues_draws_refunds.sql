CREATE TABLE `draw_entrants` (
	`id` integer PRIMARY KEY NOT NULL,
	`promo_id` integer NOT NULL,
	`user_id` integer NOT NULL,
	`nonce` integer NOT NULL
);
--> statement-breakpoint
CREATE INDEX `draw_entrants_by_promo` ON `draw_entrants` (`promo_id`,`id`);--> statement-breakpoint
CREATE INDEX `draw_entrants_by_user` ON `draw_entrants` (`promo_id`,`user_id`);--> statement-breakpoint
CREATE TABLE `refunds_due` (
	`id` text PRIMARY KEY NOT NULL,
	`item_id` integer NOT NULL,
	`due` integer NOT NULL,
	`n` integer NOT NULL,
	`order_id` text,
	`amount_minor` integer NOT NULL,
	`reference` text,
	`reason` text NOT NULL,
	`at` integer NOT NULL,
	`by` text,
	`settled_at` integer,
	`settled_by` text,
	`settled_reference` text,
	`partition` integer NOT NULL,
	`seq` integer NOT NULL
);
--> statement-breakpoint
CREATE INDEX `refunds_due_open` ON `refunds_due` (`at`,`item_id`,`due`) WHERE "refunds_due"."settled_at" is null;--> statement-breakpoint
ALTER TABLE `items` ADD `normal_sale` integer DEFAULT true NOT NULL;--> statement-breakpoint
ALTER TABLE `items` ADD `limit_per_user` integer DEFAULT 1000000000 NOT NULL;--> statement-breakpoint
ALTER TABLE `items` ADD `hidden` integer DEFAULT false NOT NULL;--> statement-breakpoint
ALTER TABLE `orders` ADD `reference` text;--> statement-breakpoint
ALTER TABLE `orders` ADD `refunded_at` integer;--> statement-breakpoint
ALTER TABLE `promos` ADD `queue` text DEFAULT 'off' NOT NULL;--> statement-breakpoint
ALTER TABLE `promos` ADD `admit_s` integer DEFAULT 300 NOT NULL;--> statement-breakpoint
ALTER TABLE `promos` ADD `queue_open_at` integer;--> statement-breakpoint
ALTER TABLE `promos` ADD `paused_at` integer;--> statement-breakpoint
ALTER TABLE `promos` ADD `ended_at` integer;--> statement-breakpoint
ALTER TABLE `promos` ADD `withdrawn_at` integer;--> statement-breakpoint
ALTER TABLE `promos` ADD `draw_commitment` text;--> statement-breakpoint
ALTER TABLE `promos` ADD `draw_secret` text;--> statement-breakpoint
ALTER TABLE `promos` ADD `draw_seed` text;--> statement-breakpoint
ALTER TABLE `promos` ADD `drawn_at` integer;
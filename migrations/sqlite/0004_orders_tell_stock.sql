ALTER TABLE `stock_logs` RENAME TO `stock_events`;--> statement-breakpoint
CREATE TABLE `__new_orders` (
	`key` integer PRIMARY KEY NOT NULL,
	`user_id` integer NOT NULL,
	`promo_id` integer NOT NULL,
	`amount` integer NOT NULL,
	`unit_price` integer NOT NULL,
	`status` text NOT NULL,
	`created_at` integer NOT NULL,
	`event_id` integer NOT NULL,
	`paid_at` integer,
	`closed_at` integer,
	`reference` text,
	`refunded_at` integer,
	`id` text GENERATED ALWAYS AS (strftime('%Y%m%d', created_at / 1000, 'unixepoch') || '-' || (key / 134217728) || '-' || (key % 134217728)) VIRTUAL NOT NULL,
	`item_id` integer GENERATED ALWAYS AS (key / 134217728) VIRTUAL NOT NULL,
	`total` integer GENERATED ALWAYS AS (amount * unit_price) VIRTUAL NOT NULL,
	`partition` integer GENERATED ALWAYS AS (event_id / 4096 % 64) VIRTUAL NOT NULL,
	`seq` integer GENERATED ALWAYS AS (event_id / 262144) VIRTUAL NOT NULL
);
--> statement-breakpoint
INSERT INTO `__new_orders` (`key`, `user_id`, `promo_id`, `amount`, `unit_price`, `status`, `created_at`, `event_id`, `paid_at`, `closed_at`, `reference`, `refunded_at`)
SELECT `orders`.`key`, `user_id`, `promo_id`, `amount`, `unit_price`, `status`, `created_at`, coalesce(`placed`.`id`, (`orders`.`seq` * 64 + `orders`.`partition`) * 4096), `paid_at`, `closed_at`, `reference`, `refunded_at`
FROM `orders` LEFT JOIN `stock_events` AS `placed` ON `placed`.`order_id` = `orders`.`id` AND `placed`.`reason` = 'placed'
ORDER BY `orders`.`key`;--> statement-breakpoint
DROP TABLE `orders`;--> statement-breakpoint
ALTER TABLE `__new_orders` RENAME TO `orders`;--> statement-breakpoint
CREATE INDEX `orders_by_user` ON `orders` (`user_id`,`created_at`);--> statement-breakpoint
DELETE FROM `stock_events` WHERE `reason` = 'placed';--> statement-breakpoint
CREATE VIEW `stock_logs` AS select coalesce(event_id, (seq * 64 + "partition") * 4096) as id, item_id, id as order_id, -amount as delta, 'placed' as reason, "partition", seq, created_at as at from orders union all select id, item_id, order_id, delta, reason, "partition", seq, at from stock_events;

CREATE TABLE `checkpoints` (
	`partition` integer PRIMARY KEY NOT NULL,
	`seq` integer NOT NULL,
	`hash` text NOT NULL
);
--> statement-breakpoint
CREATE TABLE `item_stocks` (
	`item_id` integer PRIMARY KEY NOT NULL,
	`stock` integer NOT NULL
);
--> statement-breakpoint
CREATE TABLE `items` (
	`id` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`title` text NOT NULL,
	`description` text NOT NULL,
	`image_url` text,
	`price` integer NOT NULL,
	`sales` integer DEFAULT 0 NOT NULL,
	`created_at` integer NOT NULL
);
--> statement-breakpoint
CREATE INDEX `items_by_sales` ON `items` (`sales`,`id`);--> statement-breakpoint
CREATE TABLE `orders` (
	`key` integer PRIMARY KEY NOT NULL,
	`id` text NOT NULL,
	`item_id` integer NOT NULL,
	`user_id` integer NOT NULL,
	`promo_id` integer NOT NULL,
	`amount` integer NOT NULL,
	`unit_price` integer NOT NULL,
	`total` integer NOT NULL,
	`status` text NOT NULL,
	`created_at` integer NOT NULL,
	`paid_at` integer,
	`closed_at` integer,
	`partition` integer NOT NULL,
	`seq` integer NOT NULL
);
--> statement-breakpoint
CREATE INDEX `orders_by_user` ON `orders` (`user_id`,`created_at`);--> statement-breakpoint
CREATE TABLE `promos` (
	`id` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`item_id` integer NOT NULL,
	`name` text NOT NULL,
	`price` integer NOT NULL,
	`start_at` integer NOT NULL,
	`end_at` integer NOT NULL,
	`limit_per_user` integer NOT NULL,
	`gate_factor` integer NOT NULL,
	`pay_window_s` integer NOT NULL,
	`captcha` integer NOT NULL,
	`published_at` integer
);
--> statement-breakpoint
CREATE INDEX `promos_by_item` ON `promos` (`item_id`);--> statement-breakpoint
CREATE TABLE `stock_logs` (
	`id` integer PRIMARY KEY NOT NULL,
	`item_id` integer NOT NULL,
	`order_id` text,
	`delta` integer NOT NULL,
	`reason` text NOT NULL,
	`partition` integer NOT NULL,
	`seq` integer NOT NULL,
	`at` integer NOT NULL
);
--> statement-breakpoint
CREATE TABLE `user_passwords` (
	`user_id` integer PRIMARY KEY NOT NULL,
	`hash` text NOT NULL,
	FOREIGN KEY (`user_id`) REFERENCES `users`(`id`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE TABLE `users` (
	`id` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`telephone` text NOT NULL,
	`name` text NOT NULL,
	`gender` text NOT NULL,
	`age` integer NOT NULL,
	`created_at` integer NOT NULL
);
--> statement-breakpoint
CREATE UNIQUE INDEX `users_telephone_unique` ON `users` (`telephone`);
CREATE TABLE `item_pictures` (
	`item_id` integer NOT NULL,
	`position` integer NOT NULL,
	`picture_id` text NOT NULL,
	`small_id` text NOT NULL,
	`alt` text NOT NULL,
	PRIMARY KEY(`item_id`, `picture_id`)
);
--> statement-breakpoint
CREATE TABLE `pictures` (
	`id` text PRIMARY KEY NOT NULL,
	`type` text NOT NULL,
	`width` integer NOT NULL,
	`height` integer NOT NULL,
	`created_at` integer NOT NULL,
	`bytes` blob NOT NULL
);

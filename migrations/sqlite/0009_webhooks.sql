CREATE TABLE `webhook_deliveries` (
	`id` text PRIMARY KEY NOT NULL,
	`partition` integer NOT NULL,
	`seq` integer NOT NULL,
	`place` integer NOT NULL,
	`lane` integer,
	`order_id` text,
	`type` text NOT NULL,
	`body` text NOT NULL,
	`at` integer NOT NULL,
	`state` text NOT NULL,
	`tries` integer NOT NULL,
	`first_tried_at` integer,
	`tried_at` integer,
	`next_try_at` integer,
	`status` integer,
	`answer` text,
	`took_ms` integer
);
--> statement-breakpoint
CREATE INDEX `webhook_deliveries_by_state` ON `webhook_deliveries` (`state`,`at`,`id`);--> statement-breakpoint
CREATE TABLE `webhook_partitions` (
	`partition` integer PRIMARY KEY NOT NULL,
	`seq` integer NOT NULL,
	`hash` text NOT NULL,
	`epoch` integer NOT NULL,
	`differs` integer DEFAULT false NOT NULL,
	`receiver` text DEFAULT '' NOT NULL,
	`stopped_at` integer,
	`failing_since` integer,
	`why` text
);
--> statement-breakpoint
CREATE TABLE `webhook_wishes` (
	`id` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`partition` integer NOT NULL,
	`kind` text NOT NULL,
	`about` text
);

CREATE TABLE `erased_users` (
	`id` integer PRIMARY KEY NOT NULL,
	`telephone_hash` text NOT NULL,
	`erased_at` integer NOT NULL
);
--> statement-breakpoint
CREATE UNIQUE INDEX `erased_users_telephone_hash_unique` ON `erased_users` (`telephone_hash`);--> statement-breakpoint
CREATE INDEX `erased_users_by_time` ON `erased_users` (`erased_at`);